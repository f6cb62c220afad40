package io.nearside.agent.metrics;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Snapshots of the last minute, to tell what has happened in it. Before the first minute is over:
 * since the start. On one thread.
 */
final class RecentMinute {
  /** From one snapshot that is kept to the next. */
  static final long PERIOD_MILLIS = 10_000;

  private static final int KEPT = 6;

  private final Deque<RedisSnapshot> kept = new ArrayDeque<>();

  void add(RedisSnapshot snapshot) {
    kept.addLast(snapshot);
    if (kept.size() > KEPT) {
      kept.removeFirst();
    }
  }

  private @Nullable RedisSnapshot base() {
    return kept.size() < KEPT ? null : kept.getFirst();
  }

  /** Hits among the reads that the near-cache had a part in; NaN without any. */
  double hitRate(RedisSnapshot now) {
    RedisSnapshot base = base();
    double hits = now.hits() - (base == null ? 0 : base.hits());
    double all = hits + asked(now) - (base == null ? 0 : asked(base));
    return all <= 0 ? Double.NaN : hits / all;
  }

  private static long asked(RedisSnapshot snapshot) {
    return snapshot.misses() + snapshot.joined();
  }

  LatencyHistogram hits(RedisSnapshot now) {
    RedisSnapshot base = base();
    return base == null ? now.hitLatency() : now.hitLatency().since(base.hitLatency());
  }

  LatencyHistogram commands(RedisSnapshot now, String family, LatencyHistogram all) {
    RedisSnapshot base = base();
    LatencyHistogram before = base == null ? null : base.latencies().get(family);
    return before == null ? all : all.since(before);
  }
}
