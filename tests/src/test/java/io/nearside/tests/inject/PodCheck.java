package io.nearside.tests.inject;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Judges a pod that got the sidecar as an API server would, and as its owner would. */
final class PodCheck {
  private static final String SIDECAR = "nearside";
  private static final String DNS_LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
  private static final String PORT_NAME = "(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*";

  private final List<String> problems = new ArrayList<>();

  private PodCheck() {}

  /** What is wrong with the pod that came out, beside the one that went in; best nothing. */
  static List<String> problems(JsonNode before, JsonNode after) {
    var check = new PodCheck();
    check.problems.addAll(KeptFields.lost(before, after));
    try {
      check.pod(StrictPods.read(after));
    } catch (IllegalArgumentException e) {
      check.problems.add("not a pod: " + e.getMessage());
    }
    return check.problems;
  }

  /** The sidecar's container, wherever it stands. */
  static Container sidecar(Pod pod) {
    return containers(pod).stream()
        .filter(container -> SIDECAR.equals(container.getName()))
        .findFirst()
        .orElseThrow();
  }

  private static List<Container> containers(Pod pod) {
    return Stream.concat(
            pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
        .toList();
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      problems.add(problem);
    }
  }

  private void unique(String what, Stream<?> values) {
    Set<@Nullable Object> seen = new HashSet<>();
    values.forEach(value -> require(seen.add(value), what + " twice: " + value));
  }

  private <T> void unique(String what, List<T> elements, Function<T, @Nullable String> name) {
    unique(what, elements.stream().map(name));
  }

  private void pod(Pod pod) {
    List<Container> all = containers(pod);
    Set<String> volumes = new HashSet<>();
    unique("volume", pod.getSpec().getVolumes(), Volume::getName);
    for (Volume volume : pod.getSpec().getVolumes()) {
      require(volume.getName().matches(DNS_LABEL), "volume's name: " + volume.getName());
      volumes.add(volume.getName());
    }
    unique("container", all, Container::getName);
    unique(
        "port",
        all.stream().flatMap(container -> container.getPorts().stream()).map(PodCheck::port));
    all.forEach(container -> container(container, volumes));
    List<Container> sidecars =
        all.stream().filter(container -> SIDECAR.equals(container.getName())).toList();
    require(sidecars.size() == 1, "sidecars: " + sidecars.size());
    require("true".equals(labels(pod).get("nearside.io/injected")), "no label");
    boolean first =
        Stream.of(pod.getSpec().getInitContainers(), pod.getSpec().getContainers())
            .filter(list -> !list.isEmpty())
            .anyMatch(list -> list.getFirst().getName().equals(SIDECAR));
    require(first, "the sidecar does not stand first");
    boolean init =
        pod.getSpec().getInitContainers().stream().anyMatch(one -> one.getName().equals(SIDECAR));
    sidecars.forEach(sidecar -> sidecar(sidecar, init));
  }

  private static Map<String, String> labels(Pod pod) {
    return Objects.requireNonNullElse(pod.getMetadata().getLabels(), Map.of());
  }

  private static String port(ContainerPort port) {
    return Objects.requireNonNullElse(port.getProtocol(), "TCP") + " " + port.getContainerPort();
  }

  private void container(Container container, Set<String> volumes) {
    String name = container.getName();
    require(name.matches(DNS_LABEL), "container's name: " + name);
    unique("variable of " + name, container.getEnv(), EnvVar::getName);
    unique("mount of " + name, container.getVolumeMounts(), VolumeMount::getMountPath);
    unique(
        "port's name of " + name,
        container.getPorts().stream().map(ContainerPort::getName).filter(Objects::nonNull));
    for (VolumeMount mount : container.getVolumeMounts()) {
      require(volumes.contains(mount.getName()), name + " mounts no volume: " + mount.getName());
    }
  }

  private void sidecar(Container sidecar, boolean init) {
    require(
        Objects.equals(sidecar.getRestartPolicy(), init ? "Always" : null),
        "restart policy: " + sidecar.getRestartPolicy());
    require(sidecar.getImage() != null && sidecar.getImage().matches(".+[:@].+"), "no image's tag");
    require(sidecar.getArgs().getFirst().equals("run"), "arguments: " + sidecar.getArgs());
    require(sidecar.getLifecycle().getPreStop() != null, "no preStop");
    require(init == (sidecar.getLifecycle().getPostStart() == null), "postStart");
    require(sidecar.getResources().getRequests().containsKey("memory"), "no memory request");
    require(sidecar.getResources().getRequests().containsKey("cpu"), "no CPU request");
    probe("startup", sidecar, sidecar.getStartupProbe(), "/startupz");
    probe("liveness", sidecar, sidecar.getLivenessProbe(), "/livez");
    probe("readiness", sidecar, sidecar.getReadinessProbe(), "/readyz");
    sidecar
        .getPorts()
        .forEach(port -> require(port.getName().matches(PORT_NAME), "port " + port.getName()));
    rights(sidecar.getSecurityContext());
  }

  private void probe(String what, Container sidecar, @Nullable Probe probe, String path) {
    require(
        probe != null
            && probe.getHttpGet().getPath().equals(path)
            && sidecar.getPorts().stream()
                .anyMatch(port -> port.getName().equals(probe.getHttpGet().getPort().getStrVal())),
        what + " probe");
  }

  private void rights(@Nullable SecurityContext context) {
    require(
        context != null
            && Boolean.TRUE.equals(context.getRunAsNonRoot())
            && Boolean.TRUE.equals(context.getReadOnlyRootFilesystem())
            && Boolean.FALSE.equals(context.getAllowPrivilegeEscalation())
            && context.getCapabilities().getDrop().equals(List.of("ALL"))
            && context.getCapabilities().getAdd().isEmpty()
            && context.getSeccompProfile().getType().equals("RuntimeDefault"),
        "security context: " + context);
  }
}
