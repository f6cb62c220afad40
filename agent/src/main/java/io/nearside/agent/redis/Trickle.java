package io.nearside.agent.redis;

import io.nearside.config.RedisWarmConfig;
import io.vertx.core.Context;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Reads that are spread over the time until the next scheduled run: what is trending or ends soon,
 * and what other newcomers have read for themselves. Of the latter the hottest part, one in as many
 * as share the list, goes ahead: each of them is likely to be asked for it at once, and all of that
 * together is no more than the list once again. Stays on its context but for {@link #size}.
 */
final class Trickle {
  private final Supplier<RedisWarmConfig> config;
  private final WarmQueue queue;
  private double headKeysPerSecond = 1;
  private double keysPerSecond = 1;
  private int headEnds;

  /**
   * @param paused asked before each batch
   */
  Trickle(
      Context context,
      RedisFace face,
      WarmCounts counts,
      Supplier<RedisWarmConfig> config,
      BooleanSupplier paused) {
    this.config = config;
    this.queue = new WarmQueue(context, face, counts, this::rate, paused, new WarmQueue.Owner() {});
  }

  private double rate() {
    return queue.size() > headEnds ? headKeysPerSecond : keysPerSecond;
  }

  /** How many wait; from any thread. */
  int size() {
    return queue.size();
  }

  /**
   * Adds reads, hottest first; what exceeds {@code keysMax} is left out.
   *
   * @param sharers how many sidecars read these now; each takes its part of the rate
   */
  void add(List<WarmQueue.Job> jobs, int sharers) {
    RedisWarmConfig now = config.get();
    int room = Math.max(0, now.keysMax() - queue.size());
    List<WarmQueue.Job> some = jobs.subList(0, Math.min(room, jobs.size()));
    int size = queue.size() + some.size();
    headKeysPerSecond = (double) now.keysPerSecond() / sharers;
    // Half of the time, so that it is over when the next run comes.
    double needed = now.everyMillis() == 0 ? headKeysPerSecond : size * 2_000.0 / now.everyMillis();
    keysPerSecond = Math.min(headKeysPerSecond, Math.max(1, needed));
    headEnds = sharers == 1 ? size : size - some.size() / sharers;
    if (!some.isEmpty()) {
      queue.add(some);
    }
  }
}
