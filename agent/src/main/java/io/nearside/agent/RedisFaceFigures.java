package io.nearside.agent;

import io.nearside.agent.metrics.LatencyHistogram;
import io.nearside.agent.metrics.RedisFigures;
import io.nearside.agent.metrics.RedisSnapshot;
import io.nearside.agent.metrics.StrongSnapshot;
import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.redis.LatencyCounts;
import io.nearside.agent.redis.PinReason;
import io.nearside.agent.redis.RedisFace;
import io.nearside.agent.redis.RedisStatistics;
import io.nearside.agent.redis.StrongStatistics;
import io.nearside.cluster.EpochReason;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;

/** The Redis face's numbers, as the metrics want them. */
final class RedisFaceFigures implements RedisFigures {
  private static final double[] BOUNDS = bounds();

  private final RedisFace face;

  RedisFaceFigures(RedisFace face) {
    this.face = face;
  }

  @Override
  public Future<RedisSnapshot> gather() {
    return face.statistics().map(this::snapshot);
  }

  @Override
  public boolean fenceOpen() {
    return face.fence().open();
  }

  private RedisSnapshot snapshot(RedisStatistics statistics) {
    Map<String, LatencyHistogram> latencies = new HashMap<>();
    statistics
        .latencies()
        .forEach(
            (family, latency) -> {
              if (latency.count() > 0) {
                latencies.put(family.label(), histogram(latency));
              }
            });
    Map<String, Integer> pinned = new HashMap<>();
    for (PinReason reason : PinReason.values()) {
      pinned.put(reason.label(), statistics.pinned().getOrDefault(reason, 0));
    }
    Map<String, Long> disconnects = new HashMap<>();
    for (DisconnectReason reason : DisconnectReason.values()) {
      disconnects.put(reason.label(), statistics.disconnects().getOrDefault(reason, 0L));
    }
    return new RedisSnapshot(
        statistics.hits(),
        statistics.misses(),
        statistics.joined(),
        statistics.around(),
        histogram(statistics.hitLatency()),
        latencies,
        statistics.clients(),
        statistics.clientsTotal(),
        disconnects,
        pinned,
        statistics.sharedConnections(),
        statistics.ownConnections(),
        byLabel(statistics.epochMoves()),
        face.cache().statistics(),
        face.upstreamHealth().get().up(),
        face.tracksWriters(),
        strong());
  }

  private StrongSnapshot strong() {
    StrongStatistics statistics = face.strongStatistics();
    return new StrongSnapshot(
        face.isAnchored(),
        face.fence().open() && face.strongFence().open(),
        statistics.writes(),
        statistics.waitSeconds(),
        statistics.leaseWaits(),
        statistics.refused());
  }

  static Map<String, Long> byLabel(Map<EpochReason, Long> moves) {
    Map<String, Long> counts = new HashMap<>();
    moves.forEach((reason, count) -> counts.put(reason.label(), count));
    return counts;
  }

  private static LatencyHistogram histogram(RedisStatistics.Latency latency) {
    return new LatencyHistogram(BOUNDS, latency.counts(), latency.totalSeconds());
  }

  private static double[] bounds() {
    double[] bounds = new double[LatencyCounts.BUCKETS];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = LatencyCounts.boundSeconds(i);
    }
    return bounds;
  }
}
