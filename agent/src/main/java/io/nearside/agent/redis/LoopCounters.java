package io.nearside.agent.redis;

import io.nearside.agent.redis.command.Family;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * Counters of one event loop: written by it alone, without atomics; read by any thread, a moment
 * late.
 */
final class LoopCounters {
  private final RedisLoop loop;
  private final Map<Family, LatencyCounts> latencies = new EnumMap<>(Family.class);
  private final LatencyCounts hitLatencies = new LatencyCounts();
  private long hits;
  private long misses;
  private long joined;
  private long around;
  private long hitsInBatch;

  LoopCounters(RedisLoop loop) {
    this.loop = loop;
    for (Family family : Family.values()) {
      latencies.put(family, new LatencyCounts());
    }
  }

  /** A hit; its latency is recorded with {@link #batchEnded}. */
  void hit() {
    hits++;
    hitsInBatch++;
  }

  /** The replies of one read of a client were handed to its socket. */
  void batchEnded(long startedNanos) {
    if (hitsInBatch > 0) {
      hitLatencies.record(loop.tick() - startedNanos, (int) hitsInBatch);
      hitsInBatch = 0;
    }
  }

  void miss() {
    misses++;
  }

  /** A miss that another's read answered. */
  void joined() {
    joined++;
  }

  /** A cacheable read that went around the cache: fenced, pinned, no policy. */
  void around() {
    around++;
  }

  void replied(Family family, long startedNanos) {
    Objects.requireNonNull(latencies.get(family)).record(loop.now() - startedNanos, 1);
  }

  long hits() {
    return hits;
  }

  long misses() {
    return misses;
  }

  long joinedCount() {
    return joined;
  }

  long aroundCount() {
    return around;
  }

  LatencyCounts hitLatencies() {
    return hitLatencies;
  }

  Map<Family, LatencyCounts> latencies() {
    return latencies;
  }
}
