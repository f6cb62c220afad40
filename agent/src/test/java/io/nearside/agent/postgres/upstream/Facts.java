package io.nearside.agent.postgres.upstream;

import io.nearside.config.HostPort;
import io.nearside.config.Secret;
import java.util.List;
import java.util.Map;

/** Servers and settings as tests want them. */
final class Facts {
  static final long SECOND = 1_000_000_000L;
  static final long CLUSTER = 4711;

  private Facts() {}

  static HostPort address(int number) {
    return new HostPort("s" + number, 5432);
  }

  /** A server that has said nothing. */
  static Server server(int number) {
    return new Server(address(number));
  }

  static Server primary(int number, int timeline, long position) {
    Server server = server(number);
    primary(server, CLUSTER, timeline, position);
    return server;
  }

  static void primary(Server server, long cluster, int timeline, long position) {
    server.answered(
        identity(server, cluster), new WatchAnswer(false, timeline, position, position, -1), 0);
  }

  static Server replica(int number, int timeline, long position) {
    Server server = server(number);
    replica(server, timeline, position, 0);
    return server;
  }

  static void replica(Server server, int timeline, long position, long nowNanos) {
    server.answered(
        identity(server, CLUSTER), new WatchAnswer(true, timeline, position, -1, 0), nowNanos);
    server.lag(0, 0);
  }

  private static ServerIdentity identity(Server server, long cluster) {
    return new ServerIdentity(
        150_000, "started " + server.address(), cluster, 16 << 20, 8192, true, true);
  }

  static UpstreamSettings settings(ReplicaChoiceKind choice, Map<HostPort, Integer> weights) {
    return settings(List.of(address(1), address(2), address(3)), choice, weights, "postgres");
  }

  static UpstreamSettings settings(
      List<HostPort> servers,
      ReplicaChoiceKind choice,
      Map<HostPort, Integer> weights,
      String user) {
    return new UpstreamSettings(
        servers,
        weights,
        user,
        Secret.none(),
        "postgres",
        UpstreamTls.OFF,
        choice,
        10_000,
        1 << 20,
        100,
        3,
        10_000,
        1000,
        4000,
        10_000,
        30_000,
        2000);
  }

  static UpstreamSettings watchMillis(UpstreamSettings now, long millis) {
    return copy(now, now.tls(), millis, now.catalogRefreshMillis());
  }

  static UpstreamSettings catalogRefreshMillis(UpstreamSettings now, long millis) {
    return copy(now, now.tls(), now.watchMillis(), millis);
  }

  static UpstreamSettings tls(UpstreamSettings now, UpstreamTls tls) {
    return copy(now, tls, now.watchMillis(), now.catalogRefreshMillis());
  }

  private static UpstreamSettings copy(
      UpstreamSettings now, UpstreamTls tls, long watchMillis, long catalogRefreshMillis) {
    return new UpstreamSettings(
        now.servers(),
        now.weights(),
        now.user(),
        now.password(),
        now.database(),
        tls,
        now.choice(),
        now.maxLagMillis(),
        now.maxLagBytes(),
        watchMillis,
        now.failsMax(),
        now.failWindowMillis(),
        now.ejectMillis(),
        now.ejectMaxMillis(),
        now.slowStartMillis(),
        catalogRefreshMillis,
        now.connectMillis());
  }
}
