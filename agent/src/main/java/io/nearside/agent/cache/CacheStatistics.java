package io.nearside.agent.cache;

import java.util.Map;

/**
 * Gauges (entries, bytes, epoch) and monotonic counters of the near-cache; hits and misses are
 * counted by the faces.
 */
public record CacheStatistics(
    long entries,
    long bytes,
    long bytesMax,
    long epoch,
    long fills,
    long evictions,
    long invalidations,
    Map<RefusedFill, Long> refusedFills) {}
