package io.nearside.agent;

import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.hazelcast.HazelcastInvalidationBus;
import io.nearside.cluster.hazelcast.HazelcastSettings;
import io.nearside.cluster.local.LocalInvalidationBus;
import io.nearside.config.ClusterConfig;
import io.nearside.config.ClusterJoinConfig;
import io.nearside.config.ClusterTopology;
import io.nearside.config.HostPort;
import io.nearside.config.NearsideConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;

/** The invalidation bus that a configuration asks for. */
final class Buses {
  private static final Path OWN_NAMESPACE =
      Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");
  private static final int QUEUE_KEYS_MAX = 65_536;
  private static final long LEAVE_MILLIS = 3_000;
  // A peer that vanishes while nothing watches the upstream may be cut off and still take writes.
  private static final long LOST_PEER_FENCE_MILLIS = 30_000;

  private Buses() {}

  static InvalidationBus of(NearsideConfig config) {
    ClusterConfig cluster = config.cluster();
    if (cluster.topology() != ClusterTopology.EMBEDDED) {
      byte[] unused = new byte[ClusterSecret.BYTES_MIN];
      new SecureRandom().nextBytes(unused);
      return LocalInvalidationBus.alone(settings(config, ClusterSecret.of(unused)));
    }
    int port = cluster.bind().port();
    return new HazelcastInvalidationBus(
        settings(config, ClusterSecret.of(cluster.secret().reveal())),
        new HazelcastSettings(
            cluster.name(),
            cluster.bind().host(),
            port == 0 ? freePort(cluster.bind().host()) : port,
            port == 0 ? 1 : Math.min(cluster.bind().portCount(), 65_535 - port + 1),
            join(cluster.join()),
            cluster.heartbeatMillis(),
            cluster.heartbeatLossMillis()));
  }

  private static BusSettings settings(NearsideConfig config, ClusterSecret secret) {
    return new BusSettings(
        config.node().id(),
        Version.get(),
        config.node().zone(),
        config.coherence().maxStalenessMillis(),
        secret,
        QUEUE_KEYS_MAX,
        config.redis().tracking().enabled() ? 0 : LOST_PEER_FENCE_MILLIS,
        LEAVE_MILLIS,
        config.coherence().maxStalenessMillis(),
        config.redis().upstream().unknownOutcomeMillis());
  }

  private static HazelcastSettings.Join join(ClusterJoinConfig join) {
    return switch (join.mode()) {
      case TCP ->
          new HazelcastSettings.Join.Tcp(join.members().stream().map(HostPort::toString).toList());
      case DNS -> new HazelcastSettings.Join.Dns(join.dnsName());
      case KUBERNETES ->
          new HazelcastSettings.Join.Kubernetes(namespace(join.namespace()), join.service());
    };
  }

  /** The one that was given, or the pod's own, which Kubernetes writes into every pod. */
  private static String namespace(String given) {
    if (!given.isEmpty()) {
      return given;
    }
    try {
      return Files.readString(OWN_NAMESPACE).trim();
    } catch (IOException e) {
      throw new IllegalStateException(
          "cluster.join.namespace: empty (expected a namespace where "
              + OWN_NAMESPACE
              + " is not readable)",
          e);
    }
  }

  private static int freePort(String host) {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException("cluster.bind: no free port on " + host, e);
    }
  }
}
