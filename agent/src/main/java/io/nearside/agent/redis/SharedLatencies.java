package io.nearside.agent.redis;

/**
 * As {@link LatencyCounts}, for what several threads measure now and then. Safe from any thread.
 */
final class SharedLatencies {
  private final LatencyCounts counts = new LatencyCounts();

  synchronized void record(long nanos) {
    counts.record(nanos, 1);
  }

  synchronized RedisStatistics.Latency get() {
    long[] sums = new long[LatencyCounts.BUCKETS];
    counts.addTo(sums);
    return new RedisStatistics.Latency(sums, counts.totalNanos() / 1e9);
  }
}
