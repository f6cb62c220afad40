package io.nearside.agent.inject.server;

import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the API server is reached.
 *
 * @param server {@code http} or {@code https}, with a host and no path
 * @param tokenFile holds the bearer token, read anew for every request as it is rotated; null: none
 *     is sent
 * @param caFile PEM, read anew likewise; null: the JVM's own authorities
 */
record KubeAccess(URI server, @Nullable Path tokenFile, @Nullable Path caFile) {
  private static final Path MOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

  KubeAccess {
    String scheme = server.getScheme();
    if (server.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
      throw new IllegalArgumentException("API server: " + server + " (expected https://HOST:PORT)");
    }
  }

  /**
   * As in every pod with a service account.
   *
   * @throws IllegalArgumentException when the environment does not name the API server
   */
  static KubeAccess inCluster(Map<String, String> environment) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    if (host.isEmpty()) {
      throw new IllegalArgumentException(
          "KUBERNETES_SERVICE_HOST is not set: this is no pod of a cluster (or give --api-server)");
    }
    String literal = host.contains(":") ? "[" + host + "]" : host;
    return new KubeAccess(
        URI.create("https://" + literal + ":" + port),
        MOUNT.resolve("token"),
        MOUNT.resolve("ca.crt"));
  }

  boolean tls() {
    return "https".equals(server.getScheme());
  }

  int port() {
    return server.getPort() > 0 ? server.getPort() : tls() ? 443 : 80;
  }

  /** Without the brackets of an IPv6 literal. */
  String host() {
    return server.getHost().replaceAll("[\\[\\]]", "");
  }
}
