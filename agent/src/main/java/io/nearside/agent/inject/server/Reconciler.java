package io.nearside.agent.inject.server;

import io.nearside.agent.inject.Injection;
import io.nearside.agent.inject.InjectionResult;
import io.nearside.agent.inject.NamespaceLabels;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds pods that run without a sidecar although they should have one: {@code failurePolicy:
 * Ignore} lets them through while no injector answers. It only tells of them; who creates them anew
 * gets the sidecar. Confined to the control context.
 */
final class Reconciler {
  private static final Logger log = LoggerFactory.getLogger(Reconciler.class);
  private static final int NAMED_MAX = 10;
  private static final int NAMESPACES_MAX = 1_000;
  // What the webhook's selectors name, of namespaces and of pods.
  private static final String ASKED = NamespaceLabels.INJECT + "=enabled";
  private static final String ASKED_TOO = NamespaceLabels.INJECT + "=true";

  private final KubeApi api;
  private final Supplier<Injection> injection;
  private final InjectorMetrics metrics;
  private List<String> told = List.of();

  Reconciler(KubeApi api, Supplier<Injection> injection, InjectorMetrics metrics) {
    this.api = api;
    this.injection = injection;
    this.metrics = metrics;
  }

  /** Looks through all pods that asked, page by page. */
  Future<Void> look() {
    Map<String, Map<String, String>> namespaces = new TreeMap<>();
    var found = new Found(injection.get(), namespaces);
    return api.list(
            "/api/v1/namespaces",
            ASKED,
            namespace -> namespaces.put(name(namespace), ApiNamespaceLabels.labels(namespace)))
        .compose(v -> each(List.copyOf(namespaces.keySet()), 0, found))
        .compose(v -> api.list("/api/v1/pods", ASKED, found::add))
        .compose(v -> api.list("/api/v1/pods", ASKED_TOO, found::add))
        .map(
            v -> {
              found.tell();
              return null;
            });
  }

  /** One namespace after the other: there may be many, and nobody is in a hurry. */
  private Future<Void> each(List<String> namespaces, int index, Found found) {
    return index == namespaces.size()
        ? Future.succeededFuture()
        : api.list("/api/v1/namespaces/" + namespaces.get(index) + "/pods", "", found::add)
            .compose(v -> each(namespaces, index + 1, found));
  }

  private static String name(JsonObject object) {
    return object.getJsonObject("metadata", new JsonObject()).getString("name", "");
  }

  /** What one look found. */
  private final class Found {
    private final Injection decision;
    private final Map<String, Map<String, String>> namespaces;
    private final Map<String, Integer> missed = new TreeMap<>();
    private final List<String> names = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();
    private int count;

    Found(Injection decision, Map<String, Map<String, String>> namespaces) {
      this.decision = decision;
      this.namespaces = namespaces;
    }

    void add(JsonObject pod) {
      JsonObject metadata = pod.getJsonObject("metadata", new JsonObject());
      String namespace = metadata.getString("namespace", "");
      String name = namespace + "/" + metadata.getString("name", "");
      if (!runs(pod, metadata)
          || !(decision.inject(pod, namespace, namespaces.getOrDefault(namespace, Map.of()))
              instanceof InjectionResult.Injected)
          || !seen.add(name)) {
        return;
      }
      count++;
      // Namespaces are many only where something is very wrong: the rest shares one label.
      String label =
          missed.containsKey(namespace) || missed.size() < NAMESPACES_MAX ? namespace : "others";
      missed.merge(label, 1, Integer::sum);
      if (names.size() < NAMED_MAX) {
        names.add(name);
      }
    }

    private static boolean runs(JsonObject pod, JsonObject metadata) {
      String phase = pod.getJsonObject("status", new JsonObject()).getString("phase", "Pending");
      return metadata.getValue("deletionTimestamp") == null
          && !phase.equals("Succeeded")
          && !phase.equals("Failed");
    }

    void tell() {
      namespaces.keySet().stream()
          .limit(NAMESPACES_MAX)
          .forEach(namespace -> missed.putIfAbsent(namespace, 0));
      metrics.missed(missed);
      if (!names.equals(told)) {
        if (count > 0) {
          log.warn(
              "{} pods run without the sidecar that they should have, such as {}: create them anew",
              count,
              names);
        } else {
          log.info("every pod that should have a sidecar has one");
        }
        told = List.copyOf(names);
      }
    }
  }
}
