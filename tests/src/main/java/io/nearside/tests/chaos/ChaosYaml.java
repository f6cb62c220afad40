package io.nearside.tests.chaos;

import io.nearside.tests.linear.StrongPlan;
import io.nearside.tests.stack.SentinelGroup;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The configuration file of a sidecar on a host of its own. The cluster's heartbeats are quicker
 * than the defaults, so that a short run sees members being removed and coming back.
 *
 * @param address of the host
 * @param sentinels {@code host:port,...}
 * @param hotList where the names of the hot keys are kept
 * @param members the addresses of all hosts, its own included
 */
record ChaosYaml(
    String nodeId,
    String address,
    String sentinels,
    boolean tracking,
    Path hotList,
    List<String> members) {
  ChaosYaml {
    members = List.copyOf(members);
  }

  String text() {
    String joined =
        members.stream()
            .map(member -> "'" + member + ":" + ChaosFleet.CLUSTER_PORT + "'")
            .collect(Collectors.joining(", "));
    return """
    node: {id: %s}
    coherence: {maxStalenessMillis: %d}
    admin: {host: %s, port: %d}
    redis:
      listen: {host: %s, port: %d}
      upstream:
        mode: sentinel
        connectMillis: 1000
        sentinel: {master: %s, nodes: ['%s']}
      cache: {policies: [{match: '%s*', consistency: strong}, {match: '*'}]}
      tracking: {enabled: %s}
      warm: {file: '%s', everyMillis: 1000}
    cluster:
      topology: embedded
      name: chaos
      secret: {value: a-secret-of-tests-only}
      bind: {host: %s, port: %d, portCount: 1}
      join: {mode: tcp, members: [%s]}
      heartbeatMillis: 500
      heartbeatLossMillis: 3000
    """
        .formatted(
            nodeId,
            Profile.MAX_STALENESS.toMillis(),
            address,
            Watch.ADMIN_PORT,
            address,
            ChaosFleet.REDIS_PORT,
            SentinelGroup.MASTER,
            sentinels.replace(",", "', '"),
            StrongPlan.PREFIX,
            tracking,
            hotList,
            address,
            ChaosFleet.CLUSTER_PORT,
            joined);
  }
}
