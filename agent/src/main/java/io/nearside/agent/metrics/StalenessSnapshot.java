package io.nearside.agent.metrics;

/**
 * Staleness as it was measured; counters since the start.
 *
 * @param lag from the publication of an invalidation to its application here
 * @param samples replies from memory that were compared with the upstream
 * @param stale of them, those that differed and were still held
 * @param ages for how long those stayed
 * @param violations of them, those that stayed for longer than promised
 * @param served reads that were answered from memory because the upstream was away
 */
public record StalenessSnapshot(
    LatencyHistogram lag,
    long samples,
    long stale,
    LatencyHistogram ages,
    long violations,
    long served) {}
