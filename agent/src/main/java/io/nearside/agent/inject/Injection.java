package io.nearside.agent.inject;

import io.nearside.agent.Version;
import io.nearside.config.ByteSize;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides whether a pod gets the sidecar, and builds it. Pure and thread-safe; no I/O. */
public final class Injection {
  private static final int DRAIN_MILLIS_DEFAULT = 10_000;
  private static final String CACHE_BYTES_DEFAULT = "32MiB";

  private final InjectorSettings settings;
  private final Configuration configuration = new Configuration();

  /** With these settings. */
  public Injection(InjectorSettings settings) {
    this.settings = settings;
  }

  /**
   * What becomes of a pod that is about to be created. The pod is not changed.
   *
   * @param pod as it came; nothing is expected of it
   * @param namespace where it will be; the pod's own metadata may not say
   * @param namespaceLabels that namespace's labels
   */
  public InjectionResult inject(
      JsonObject pod, String namespace, Map<String, String> namespaceLabels) {
    try {
      if (settings.systemNamespaces().contains(namespace)) {
        return skipped(SkipReason.SYSTEM_NAMESPACE);
      }
      PodView view = PodView.of(pod);
      Optional<SkipReason> reason = skip(view, namespaceLabels);
      return reason.isPresent() ? skipped(reason.get()) : build(pod, view);
    } catch (RefusedException refused) {
      return new InjectionResult.Refused(String.valueOf(refused.getMessage()));
    }
  }

  private static InjectionResult skipped(SkipReason reason) {
    return new InjectionResult.Skipped(reason, reason.text());
  }

  private static Optional<SkipReason> skip(PodView pod, Map<String, String> namespaceLabels) {
    if (pod.annotations().containsKey(Marks.MIRROR)) {
      return Optional.of(SkipReason.MIRROR_POD);
    }
    if (pod.deleting()) {
      return Optional.of(SkipReason.TERMINATING);
    }
    Optional<Boolean> asked = asked(pod);
    if (asked.isPresent() && !asked.get()) {
      return Optional.of(SkipReason.OPTED_OUT);
    }
    if (asked.isEmpty() && !"enabled".equals(namespaceLabels.get(NamespaceLabels.INJECT))) {
      return Optional.of(SkipReason.NOT_OPTED_IN);
    }
    if (pod.annotations().containsKey(Marks.STATUS)
        || pod.containers().stream().anyMatch(one -> one.name().equals(Marks.CONTAINER))) {
      return Optional.of(SkipReason.ALREADY_INJECTED);
    }
    if (pod.windows()) {
      return Optional.of(SkipReason.WINDOWS);
    }
    return pod.hostNetwork() ? Optional.of(SkipReason.HOST_NETWORK) : Optional.empty();
  }

  /** What the pod itself says: its annotation, else its label. */
  private static Optional<Boolean> asked(PodView pod) {
    @Nullable String value =
        pod.annotations()
            .getOrDefault(NamespaceLabels.INJECT, pod.labels().get(NamespaceLabels.INJECT));
    return switch (value) {
      case null -> Optional.empty();
      case "true", "enabled" -> Optional.of(true);
      case "false", "disabled" -> Optional.of(false);
      default ->
          throw new RefusedException(NamespaceLabels.INJECT + ": expected \"true\" or \"false\"");
    };
  }

  private InjectionResult build(JsonObject pod, PodView view) {
    PodOptions options = options(view);
    boolean nativeSidecar = nativeSidecar(options);
    List<String> problems = new ArrayList<>(Clashes.ports(options, view));
    resources(options, problems);
    Variables variables = SidecarVariables.of(options, configuration, problems);
    SidecarVolumes volumes = SidecarVolumes.of(options);
    problems.addAll(Clashes.volumes(volumes, view));
    var app = new AppChanges(options, view, problems);
    if (!problems.isEmpty()) {
      throw new RefusedException(problems);
    }
    JsonObject container =
        SidecarContainer.of(options, variables, volumes, nativeSidecar, view.graceSeconds());

    var patch = new PodPatch(pod);
    patch.put(Marks.STATUS, status(nativeSidecar).encode(), "metadata", "annotations");
    patch.put(Marks.INJECTED, "true", "metadata", "labels");
    if (!nativeSidecar && !view.annotations().containsKey(Marks.DEFAULT_CONTAINER)) {
      patch.put(Marks.DEFAULT_CONTAINER, view.firstOfTheApp(), "metadata", "annotations");
    }
    volumes.volumes().forEach(volume -> patch.last(volume, "spec", "volumes"));
    List<String> notes = new ArrayList<>(app.apply(patch));
    // Last, as it moves the others: it stands first so that they all can use it from their start.
    patch.first(container, "spec", nativeSidecar ? "initContainers" : "containers");
    notes.addAll(notes(options, view, nativeSidecar));
    return new InjectionResult.Injected(patch.operations(), patch.pod(), notes);
  }

  private PodOptions options(PodView view) {
    Map<String, String> defaults = new LinkedHashMap<>(settings.defaults());
    defaults.putIfAbsent(PodAnnotation.IMAGE.word(), settings.image());
    defaults.putIfAbsent(PodAnnotation.IMAGE_PULL_POLICY.word(), settings.imagePullPolicy());
    return PodOptions.of(view.annotations(), defaults);
  }

  private boolean nativeSidecar(PodOptions options) {
    boolean asked = options.valueOr(PodAnnotation.MODE, "").equals("native");
    if (asked && options.ofThePod(PodAnnotation.MODE) && !settings.nativeSupported()) {
      throw new RefusedException(
          PodAnnotation.MODE.key()
              + ": native (expected classic, as this cluster has no native"
              + " sidecars)");
    }
    return asked && settings.nativeSupported();
  }

  private static void resources(PodOptions options, List<String> problems) {
    request(options, PodAnnotation.CPU_REQUEST, PodAnnotation.CPU_LIMIT, problems);
    request(options, PodAnnotation.MEMORY_REQUEST, PodAnnotation.MEMORY_LIMIT, problems);
  }

  private static void request(
      PodOptions options, PodAnnotation request, PodAnnotation limit, List<String> problems) {
    String most = options.valueOr(limit, "none");
    String asked = options.valueOr(request, "0");
    if (!most.equals("none") && Quantity.amount(asked).compareTo(Quantity.amount(most)) > 0) {
      problems.add(request.key() + ": " + asked + " (expected at most the limit, " + most + ")");
    }
  }

  private static JsonObject status(boolean nativeSidecar) {
    return new JsonObject()
        .put("version", Version.get())
        .put("mode", nativeSidecar ? "native" : "classic")
        .put("container", Marks.CONTAINER);
  }

  private static List<String> notes(PodOptions options, PodView pod, boolean nativeSidecar) {
    List<String> notes = new ArrayList<>();
    if (!nativeSidecar && pod.endsByItself()) {
      notes.add(
          "a classic sidecar keeps a Job from ending: when it is done, the app must POST"
              + " http://127.0.0.1:"
              + options.number(PodAnnotation.ADMIN_PORT)
              + "/shutdown");
    }
    int drainMillis =
        options.given(PodAnnotation.DRAIN_MILLIS)
            ? options.number(PodAnnotation.DRAIN_MILLIS)
            : DRAIN_MILLIS_DEFAULT;
    if (drainMillis >= 1_000L * pod.graceSeconds()) {
      notes.add(
          "terminationGracePeriodSeconds is "
              + pod.graceSeconds()
              + ": the sidecar may be killed in its drain of "
              + drainMillis
              + " ms");
    }
    if (options.valueOr(PodAnnotation.REDIS_URL, "").contains("@")) {
      notes.add(
          PodAnnotation.REDIS_URL.key()
              + " holds a login that all who see the pod can read: "
              + PodAnnotation.REDIS_URL_SECRET.key()
              + " hides it");
    }
    String limit = options.valueOr(PodAnnotation.MEMORY_LIMIT, "none");
    String cache = options.valueOr(PodAnnotation.CACHE_BYTES, CACHE_BYTES_DEFAULT);
    if (!limit.equals("none")
        && BigDecimal.valueOf(2 * ByteSize.parse(cache).bytes()).compareTo(Quantity.amount(limit))
            > 0) {
      notes.add(
          PodAnnotation.CACHE_BYTES.key()
              + " is more than half of the memory limit: "
              + cache
              + " of "
              + limit);
    }
    return notes;
  }
}
