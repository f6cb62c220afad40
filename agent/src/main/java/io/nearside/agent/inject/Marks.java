package io.nearside.agent.inject;

import java.util.List;
import java.util.Set;

/** What the injector writes on pods, and looks for. */
final class Marks {
  /** Annotation: what was injected, as JSON. */
  static final String STATUS = PodAnnotation.PREFIX + "status";

  /** Label, {@code "true"}: for selectors of Services, NetworkPolicies and PodMonitors. */
  static final String INJECTED = PodAnnotation.PREFIX + "injected";

  /** The sidecar's container. */
  static final String CONTAINER = "nearside";

  /** What the names of its volumes begin with. */
  static final String VOLUME_PREFIX = "nearside-";

  /** Says kubectl which container is meant, where the sidecar is the first. */
  static final String DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

  /** Annotation of what a kubelet runs from its own files. */
  static final String MIRROR = "kubernetes.io/config.mirror";

  /** Containers that other injectors add, which are no part of the app. */
  static final Set<String> PROXIES =
      Set.of(
          "istio-init",
          "istio-proxy",
          "istio-validation",
          "linkerd-init",
          "linkerd-network-validator",
          "linkerd-proxy",
          "consul-dataplane",
          "kuma-sidecar",
          "vault-agent",
          "vault-agent-init");

  /** Where the unix sockets are, in the sidecar and in the app's containers. */
  static final String SOCKETS = "/run/nearside";

  static final String REDIS_SOCKET = SOCKETS + "/redis.sock";

  /** What the image has for probes and hooks; the argument says which. */
  static final List<String> ASK =
      List.of("/opt/nearside/runtime/bin/java", "@/opt/nearside/ask.options");

  private Marks() {}

  /** As drivers of PostgreSQL expect it, which are told the folder and the port. */
  static String postgresSocket(int port) {
    return SOCKETS + "/.s.PGSQL." + port;
  }
}
