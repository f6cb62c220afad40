package io.nearside.agent.admin;

import io.nearside.agent.cache.CacheStatistics;

/**
 * The near-cache in numbers; counters since the start.
 *
 * @param enabled by the configuration
 * @param joined misses that another's read answered
 * @param around cacheable reads that the near-cache had no part in
 */
public record CacheOverview(
    boolean enabled,
    boolean fenceOpen,
    long hits,
    long misses,
    long joined,
    long around,
    CacheStatistics cache) {}
