package io.nearside.cluster.hazelcast;

import io.nearside.cluster.ClusterSecret;
import java.util.List;

/**
 * Where this sidecar's Hazelcast member listens and how it finds the others.
 *
 * @param clusterName only members with the same name join
 * @param bindHost address or host name of the one interface to listen on; {@code 0.0.0.0} for all
 * @param bindPort first port to try
 * @param portCount how many ports to try from there; 1 for just that one
 * @param heartbeatMillis how often members tell each other that they live; whole seconds, rounded
 *     up
 * @param heartbeatLossMillis after how much silence a member is given up; whole seconds, rounded up
 */
public record HazelcastSettings(
    String clusterName,
    String bindHost,
    int bindPort,
    int portCount,
    Join join,
    long heartbeatMillis,
    long heartbeatLossMillis) {

  private static final long DEFAULT_HEARTBEAT_MILLIS = 1_000;
  private static final long DEFAULT_HEARTBEAT_LOSS_MILLIS = 5_000;
  private static final int PORT_MAX = 65_535;

  /** How the members find each other. */
  public sealed interface Join {

    /**
     * By a list.
     *
     * @param members each {@code host} or {@code host:port}; may name this sidecar too, may be
     *     incomplete. Host names are resolved again at each try.
     */
    record Tcp(List<String> members) implements Join {
      public Tcp {
        members = List.copyOf(members);
      }
    }

    /**
     * By a host name that resolves to the addresses of all members, as a headless service's does.
     * They all listen on {@code bindPort}.
     */
    record Dns(String name) implements Join {}

    /**
     * By Hazelcast's Kubernetes discovery, looking up a headless service's name; needs no rights at
     * the API server. All pods listen on {@code bindPort}.
     */
    record Kubernetes(String namespace, String service) implements Join {}
  }

  public HazelcastSettings {
    require(!clusterName.isBlank(), "clusterName: empty (expected a name)");
    require(!bindHost.isBlank(), "bindHost: empty (expected an address)");
    require(
        bindPort >= 1 && bindPort <= PORT_MAX,
        "bindPort: " + bindPort + " (expected 1.." + PORT_MAX + ")");
    require(
        portCount >= 1 && bindPort + portCount - 1 <= PORT_MAX,
        "portCount: " + portCount + " (expected at least 1, and to end at " + PORT_MAX + ")");
    require(heartbeatMillis >= 1, "heartbeatMillis: " + heartbeatMillis + " (expected at least 1)");
    require(
        heartbeatLossMillis > heartbeatMillis,
        "heartbeatLossMillis: " + heartbeatLossMillis + " (expected more than heartbeatMillis)");
  }

  /** With one port and the default heartbeat (1 s, given up after 5 s). */
  public static HazelcastSettings of(String clusterName, String bindHost, int bindPort, Join join) {
    return new HazelcastSettings(
        clusterName,
        bindHost,
        bindPort,
        1,
        join,
        DEFAULT_HEARTBEAT_MILLIS,
        DEFAULT_HEARTBEAT_LOSS_MILLIS);
  }

  /** The same, but only members that know the secret can know the cluster's name. */
  HazelcastSettings meeting(ClusterSecret secret) {
    return new HazelcastSettings(
        secret.meetingName(clusterName),
        bindHost,
        bindPort,
        portCount,
        join,
        heartbeatMillis,
        heartbeatLossMillis);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
