package io.nearside.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.cache.CacheStatistics;
import io.nearside.agent.cache.RefusedFill;
import io.nearside.agent.cache.warm.WarmProgress;
import io.nearside.agent.health.LoopState;
import io.nearside.agent.memory.FakeMemory;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.local.LocalInvalidationBus;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Everything that is named is exported, and nothing else. */
final class AgentCollectorTest {
  private static final double[] BOUNDS = {0.001, 0.002, Double.POSITIVE_INFINITY};

  private static LatencyHistogram latency(long... counts) {
    return new LatencyHistogram(BOUNDS, counts, 0.5);
  }

  private static RedisSnapshot snapshot(long hits, long misses, LatencyHistogram latency) {
    return new RedisSnapshot(
        hits,
        misses,
        0,
        0,
        latency,
        Map.of("string", latency),
        1,
        1,
        Map.of("peer", 1L),
        Map.of("blocking", 1),
        1,
        1,
        Map.of("flush", 1L),
        new CacheStatistics(1, 2, 3, 4, 5, 6, 7, Map.of(RefusedFill.FENCED, 1L)),
        new StalenessSnapshot(latency, 10, 1, latency, 1, 3),
        true,
        true,
        new WarmProgress(
            WarmProgress.Phase.WARM, true, "peers", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13),
        new StrongSnapshot(true, true, 5, 0.5, 1, 2));
  }

  private static PostgresSnapshot postgres() {
    return new PostgresSnapshot(
        List.of(
            new PostgresSnapshot.Pool(
                "app",
                "me",
                "p:1",
                Map.of("idle", 1),
                0,
                0,
                20,
                latency(1, 0, 0),
                1,
                2,
                3,
                4,
                5,
                6,
                7)),
        List.of(
            new PostgresSnapshot.Server(
                "r:1", "replica", true, true, 0.5, 100, 0.1, false, 0, 0, 9)),
        List.of(new PostgresSnapshot.Budget("p:1", "app", 2, 1, 1)),
        1,
        2,
        Map.of("peer", 1L),
        Map.of("wrong-secret", 1L),
        Map.of("listen", 1),
        Map.of("listen", 1L),
        Map.of("listen", 0.5),
        Map.of("replica", Map.of("read", 1L)),
        Map.of("read-only", 1L),
        1,
        2,
        3,
        4,
        Map.of("primary", latency(1, 0, 0)),
        Map.of("app", 1L),
        5);
  }

  private static Set<String> exported(MetricSnapshots snapshots) {
    return snapshots.stream()
        .map(snapshot -> snapshot.getMetadata().getName())
        .collect(Collectors.toSet());
  }

  @Test
  void collect_everything_isWhatIsNamed() {
    byte[] secret = new byte[ClusterSecret.BYTES_MIN];
    try (var bus =
        LocalInvalidationBus.alone(BusSettings.of("node-1", 1000, ClusterSecret.of(secret)))) {
      var collector =
          new AgentCollector(
              bus,
              () -> List.of(new LoopState("0", 1_000_000, 2_000_000, 0, false)),
              new FakeMemory(),
              new FencedTime(),
              new RecentMinute(),
              List.of("1.0", "node-1", "25"));
      collector.gathered(snapshot(3, 1, latency(1, 0, 0)), postgres(), true);
      assertEquals(
          Arrays.stream(MetricNames.values()).map(MetricNames::base).collect(Collectors.toSet()),
          exported(collector.collect()));
      collector.gathered(null, null, true);
      assertTrue(exported(collector.collect()).contains("nearside_bus_gaps"));
    }
  }

  @Test
  void quantile_ofCounts_isTheBucketsBound() {
    LatencyHistogram latency = latency(50, 45, 5);
    assertEquals(0.001, latency.quantile(0.5));
    assertEquals(0.002, latency.quantile(0.95));
    assertEquals(Double.POSITIVE_INFINITY, latency.quantile(0.99));
    assertEquals(Double.NaN, latency(0, 0, 0).quantile(0.5));
  }

  @Test
  void recentMinute_afterAMinute_forgetsWhatWasBefore() {
    var recent = new RecentMinute();
    RedisSnapshot old = snapshot(1000, 0, latency(1000, 0, 0));
    assertEquals(1.0, recent.hitRate(old));
    for (int i = 0; i < 6; i++) {
      recent.add(old);
    }
    RedisSnapshot now = snapshot(1001, 3, latency(1000, 4, 0));
    assertEquals(0.25, recent.hitRate(now));
    assertEquals(0.002, recent.hits(now).quantile(0.5));
    assertEquals(0.002, recent.commands(now, "string", now.hitLatency()).quantile(0.5));
    assertEquals(Double.NaN, recent.hitRate(old));
  }

  @Test
  void fencedTime_samples_addsClosedOnly() {
    var fenced = new FencedTime();
    fenced.sample(false, 1_000_000_000L);
    fenced.sample(false, 3_000_000_000L);
    fenced.sample(true, 4_000_000_000L);
    fenced.sample(false, 5_000_000_000L);
    assertEquals(3.0, fenced.seconds());
  }
}
