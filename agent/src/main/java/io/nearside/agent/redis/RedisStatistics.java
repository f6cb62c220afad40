package io.nearside.agent.redis;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.redis.command.Family;
import io.nearside.cluster.EpochReason;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers of the Redis face at one moment; counters are monotonic since the start.
 *
 * @param joined misses that another's read answered
 * @param around cacheable reads that the near-cache had no part in
 * @param latencies per family of commands that went upstream
 * @param pinned sessions with a connection of their own, by reason
 * @param sharedConnections upstream connections that sessions share
 * @param ownConnections upstream connections that belong to one session, or did and wait for the
 *     next
 */
public record RedisStatistics(
    long hits,
    long misses,
    long joined,
    long around,
    Latency hitLatency,
    Map<Family, Latency> latencies,
    int clients,
    long clientsTotal,
    Map<DisconnectReason, Long> disconnects,
    Map<PinReason, Integer> pinned,
    int sharedConnections,
    int ownConnections,
    Map<EpochReason, Long> epochMoves) {

  private static final long GATHER_MILLIS = 500;

  /** Counts per bucket ({@link LatencyCounts#boundSeconds}), not cumulative. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Latency(long[] counts, double totalSeconds) {
    public long count() {
      long sum = 0;
      for (long n : counts) {
        sum += n;
      }
      return sum;
    }

    /**
     * Upper bound, in seconds, of the bucket that holds the quantile; 0 when nothing was counted.
     */
    public double quantile(double q) {
      long rank = (long) Math.ceil(q * count());
      long seen = 0;
      for (int i = 0; i < counts.length; i++) {
        seen += counts[i];
        if (seen >= rank && seen > 0) {
          return LatencyCounts.boundSeconds(i);
        }
      }
      return 0;
    }
  }

  static Future<RedisStatistics> gather(Vertx vertx, RedisFace face, List<RedisLoop> loops) {
    List<Future<Map<PinReason, Integer>>> pins = new ArrayList<>();
    int[] shared = new int[1];
    for (RedisLoop loop : loops) {
      Promise<Map<PinReason, Integer>> promise = Promise.promise();
      loop.run(
          () -> {
            synchronized (shared) {
              shared[0] += loop.sharedConnections();
            }
            promise.tryComplete(loop.pinnedByReason());
          });
      vertx.setTimer(GATHER_MILLIS, timer -> promise.tryComplete(Map.of()));
      pins.add(promise.future());
    }
    return Future.join(pins)
        .map(
            done -> {
              var pinned = new EnumMap<PinReason, Integer>(PinReason.class);
              pins.forEach(
                  one ->
                      one.result().forEach((reason, n) -> pinned.merge(reason, n, Integer::sum)));
              synchronized (shared) {
                return sum(face, loops, pinned, shared[0]);
              }
            });
  }

  private static RedisStatistics sum(
      RedisFace face, List<RedisLoop> loops, Map<PinReason, Integer> pinned, int shared) {
    long hits = 0;
    long misses = 0;
    long joined = 0;
    long around = 0;
    List<LatencyCounts> hitCounts = new ArrayList<>();
    var counts = new EnumMap<Family, List<LatencyCounts>>(Family.class);
    for (RedisLoop loop : loops) {
      LoopCounters counters = loop.counters();
      hits += counters.hits();
      misses += counters.misses();
      joined += counters.joinedCount();
      around += counters.aroundCount();
      hitCounts.add(counters.hitLatencies());
      counters
          .latencies()
          .forEach((family, c) -> counts.computeIfAbsent(family, f -> new ArrayList<>()).add(c));
    }
    var latencies = new EnumMap<Family, Latency>(Family.class);
    counts.forEach((family, list) -> latencies.put(family, latency(list)));
    var disconnects = new EnumMap<DisconnectReason, Long>(DisconnectReason.class);
    face.disconnects().forEach((reason, n) -> disconnects.put(reason, n.sum()));
    return new RedisStatistics(
        hits,
        misses,
        joined,
        around,
        latency(hitCounts),
        latencies,
        face.clients(),
        face.clientsTotal(),
        disconnects,
        pinned,
        shared,
        face.pinned().taken(),
        face.coherence().epochMoves());
  }

  private static Latency latency(List<LatencyCounts> all) {
    long[] sums = new long[LatencyCounts.BUCKETS];
    long nanos = 0;
    for (LatencyCounts counts : all) {
      counts.addTo(sums);
      nanos += counts.totalNanos();
    }
    return new Latency(sums, nanos / 1e9);
  }
}
