package io.nearside.tests.stack;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The configuration file of a sidecar in a test or a benchmark. Everything listens on loopback; the
 * admin listener takes a free port.
 *
 * @param nodeId unique in its cluster
 * @param upstreamUrl such as {@code redis://127.0.0.1:6380}; empty for no Redis face
 * @param redisPort 0 for a free one
 * @param unixSocket an absolute path, or empty for none
 * @param cache whether anything is served from memory
 * @param tracking whether writers that bypass the sidecars are seen
 * @param maxStalenessMillis of the promise
 * @param stallMillis how long a slow reader may hold up a shared upstream connection
 * @param clusterPort 0 for a sidecar alone
 * @param clusterMembers the cluster ports of the fleet, its own included
 * @param postgres the section of the PostgreSQL face, or empty for none
 * @param policies what holds for which keys, in YAML's flow style; empty for the default
 * @param unknownOutcomeMillis how long a write may still happen whose connection was lost
 */
public record SidecarYaml(
    String nodeId,
    String upstreamUrl,
    int redisPort,
    String unixSocket,
    boolean cache,
    boolean tracking,
    int maxStalenessMillis,
    int stallMillis,
    int clusterPort,
    List<Integer> clusterMembers,
    String postgres,
    String policies,
    int unknownOutcomeMillis) {
  private static final int CONNECTIONS_MAX = 20_000;

  public SidecarYaml {
    clusterMembers = List.copyOf(clusterMembers);
  }

  /** A sidecar alone in front of an upstream: cache and tracking on, every port a free one. */
  public static SidecarYaml alone(String upstreamUrl) {
    return new SidecarYaml(
        "sidecar-0", upstreamUrl, 0, "", true, true, 1_000, 5_000, 0, List.of(), "", "", 5_000);
  }

  /** The same with a unix socket to listen on as well. */
  public SidecarYaml withUnixSocket(String path) {
    return new SidecarYaml(
        nodeId,
        upstreamUrl,
        redisPort,
        path,
        cache,
        tracking,
        maxStalenessMillis,
        stallMillis,
        clusterPort,
        clusterMembers,
        postgres,
        policies,
        unknownOutcomeMillis);
  }

  /** The same, passing everything through. */
  public SidecarYaml withoutCache() {
    return new SidecarYaml(
        nodeId,
        upstreamUrl,
        redisPort,
        unixSocket,
        false,
        tracking,
        maxStalenessMillis,
        stallMillis,
        clusterPort,
        clusterMembers,
        postgres,
        policies,
        unknownOutcomeMillis);
  }

  /** The same, blind for writers that bypass the sidecars. */
  public SidecarYaml withoutTracking() {
    return new SidecarYaml(
        nodeId,
        upstreamUrl,
        redisPort,
        unixSocket,
        cache,
        false,
        maxStalenessMillis,
        stallMillis,
        clusterPort,
        clusterMembers,
        postgres,
        policies,
        unknownOutcomeMillis);
  }

  /** The same with policies, such as {@code [{match: '*', consistency: strong}]}. */
  public SidecarYaml withPolicies(String flow) {
    return new SidecarYaml(
        nodeId,
        upstreamUrl,
        redisPort,
        unixSocket,
        cache,
        tracking,
        maxStalenessMillis,
        stallMillis,
        clusterPort,
        clusterMembers,
        postgres,
        flow,
        unknownOutcomeMillis);
  }

  /** The same that forgets writes of unknown outcome after another time. */
  public SidecarYaml withUnknownOutcomeMillis(int millis) {
    return new SidecarYaml(
        nodeId,
        upstreamUrl,
        redisPort,
        unixSocket,
        cache,
        tracking,
        maxStalenessMillis,
        stallMillis,
        clusterPort,
        clusterMembers,
        postgres,
        policies,
        millis);
  }

  /** The same in front of another upstream. */
  public SidecarYaml withUpstream(String url) {
    return new SidecarYaml(
        nodeId,
        url,
        redisPort,
        unixSocket,
        cache,
        tracking,
        maxStalenessMillis,
        stallMillis,
        clusterPort,
        clusterMembers,
        postgres,
        policies,
        unknownOutcomeMillis);
  }

  /** The same with another patience with clients that do not read. */
  public SidecarYaml withStallMillis(int millis) {
    return new SidecarYaml(
        nodeId,
        upstreamUrl,
        redisPort,
        unixSocket,
        cache,
        tracking,
        maxStalenessMillis,
        millis,
        clusterPort,
        clusterMembers,
        postgres,
        policies,
        unknownOutcomeMillis);
  }

  /** A sidecar alone with a PostgreSQL face and no other. */
  public static SidecarYaml postgresOnly(PostgresYaml face) {
    return alone("").withPostgres(face);
  }

  /** The same with a PostgreSQL face. */
  public SidecarYaml withPostgres(PostgresYaml face) {
    return new SidecarYaml(
        nodeId,
        upstreamUrl,
        redisPort,
        unixSocket,
        cache,
        tracking,
        maxStalenessMillis,
        stallMillis,
        clusterPort,
        clusterMembers,
        face.text(),
        policies,
        unknownOutcomeMillis);
  }

  /** The same as a member of a cluster, with ports that stay over a restart. */
  public SidecarYaml member(String id, int ownRedisPort, int ownClusterPort, List<Integer> fleet) {
    return new SidecarYaml(
        id,
        upstreamUrl,
        ownRedisPort,
        unixSocket,
        cache,
        tracking,
        maxStalenessMillis,
        stallMillis,
        ownClusterPort,
        fleet,
        postgres,
        policies,
        unknownOutcomeMillis);
  }

  /** The text of the file. */
  public String text() {
    return """
    node: {id: %s}
    coherence: {maxStalenessMillis: %d}
    admin: {host: 127.0.0.1, port: 0}
    %s%s%s\
    """
        .formatted(
            nodeId,
            maxStalenessMillis,
            upstreamUrl.isEmpty() ? "redis: {enabled: false}\n" : redis(),
            postgres,
            clusterPort == 0 ? "" : cluster());
  }

  private String redis() {
    return """
    redis:
      listen: {host: 127.0.0.1, port: %d, unixSocket: '%s'}
      upstream: {url: '%s', unknownOutcomeMillis: %d}
      clients: {connectionsMax: %d, stallMillis: %d}
      cache: {enabled: %s%s}
      tracking: {enabled: %s}
    """
        .formatted(
            redisPort,
            unixSocket,
            upstreamUrl,
            unknownOutcomeMillis,
            CONNECTIONS_MAX,
            stallMillis,
            cache,
            policies.isEmpty() ? "" : ", policies: " + policies,
            tracking);
  }

  private String cluster() {
    String members =
        clusterMembers.stream()
            .map(port -> "'127.0.0.1:" + port + "'")
            .collect(Collectors.joining(", "));
    return """
    cluster:
      topology: embedded
      name: fleet-%d
      secret: {value: a-secret-of-tests-only}
      bind: {host: 127.0.0.1, port: %d, portCount: 1}
      join: {mode: tcp, members: [%s]}
    """
        .formatted(clusterMembers.getFirst(), clusterPort, members);
  }
}
