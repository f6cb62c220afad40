package io.nearside.agent.metrics;

import io.nearside.agent.cache.CacheStatistics;
import java.util.Map;

/**
 * The Redis face's numbers of one moment; counters are monotonic since the start. Maps are by
 * label.
 *
 * @param joined misses that another's read answered
 * @param around cacheable reads that the near-cache had no part in
 * @param latencies of commands that went upstream, by family
 * @param pinned clients with a connection of their own, by reason
 * @param ownConnections upstream connections that belong to one client
 * @param tracking whether writers that bypass the sidecars are seen
 * @param strong about strongly consistent keys
 */
public record RedisSnapshot(
    long hits,
    long misses,
    long joined,
    long around,
    LatencyHistogram hitLatency,
    Map<String, LatencyHistogram> latencies,
    int clients,
    long clientsTotal,
    Map<String, Long> disconnects,
    Map<String, Integer> pinned,
    int sharedConnections,
    int ownConnections,
    Map<String, Long> epochMoves,
    CacheStatistics cache,
    boolean upstreamUp,
    boolean tracking,
    StrongSnapshot strong) {

  public RedisSnapshot {
    latencies = Map.copyOf(latencies);
    disconnects = Map.copyOf(disconnects);
    pinned = Map.copyOf(pinned);
    epochMoves = Map.copyOf(epochMoves);
  }
}
