package io.nearside.agent.inject;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** Decides whether a pod gets the sidecar, and builds it. Pure and thread-safe; no I/O. */
public final class Injection {
  private final InjectorSettings settings;

  public Injection(InjectorSettings settings) {
    this.settings = settings;
  }

  /**
   * What becomes of a pod that is about to be created. The pod is not changed.
   *
   * @param pod as it came
   * @param namespace where it will be; the pod's own metadata may not say
   * @param namespaceLabels that namespace's labels
   */
  public InjectionResult inject(JsonObject pod, String namespace, Map<String, String> namespaceLabels) {
    if (settings.systemNamespaces().contains(namespace)) {
      return skipped(SkipReason.SYSTEM_NAMESPACE);
    }
    if (!"enabled".equals(namespaceLabels.get(NamespaceLabels.INJECT))) {
      return skipped(SkipReason.NOT_OPTED_IN);
    }
    return new InjectionResult.Injected(new JsonArray(), pod, List.of());
  }

  private static InjectionResult skipped(SkipReason reason) {
    return new InjectionResult.Skipped(reason, reason.text());
  }
}
