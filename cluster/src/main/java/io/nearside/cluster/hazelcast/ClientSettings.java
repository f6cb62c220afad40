package io.nearside.cluster.hazelcast;

import java.util.List;

/**
 * Which Hazelcast cluster a sidecar is a client of.
 *
 * @param clusterName what that cluster calls itself
 * @param members some of its members, each {@code host:port}; the others are learned from them
 * @param fleet which sidecars are peers; several fleets may share the cluster
 * @param shards over how many topics the fleet's senders are spread; the same in the whole fleet
 * @param heartbeatMillis how often a member is asked whether it lives
 * @param heartbeatLossMillis after how much silence a member is given up, and a sidecar that did
 *     not refresh its presence
 */
public record ClientSettings(
    String clusterName,
    List<String> members,
    String fleet,
    int shards,
    long heartbeatMillis,
    long heartbeatLossMillis) {
  static final int SHARDS_MAX = 64;

  public ClientSettings {
    members = List.copyOf(members);
    require(!clusterName.isBlank(), "clusterName: empty (expected a name)");
    require(!members.isEmpty(), "members: none (expected at least one)");
    require(!fleet.isBlank(), "fleet: empty (expected a name)");
    require(
        shards >= 1 && shards <= SHARDS_MAX,
        "shards: " + shards + " (expected 1.." + SHARDS_MAX + ")");
    require(heartbeatMillis >= 1, "heartbeatMillis: " + heartbeatMillis + " (expected at least 1)");
    require(
        heartbeatLossMillis > heartbeatMillis,
        "heartbeatLossMillis: " + heartbeatLossMillis + " (expected more than heartbeatMillis)");
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
