package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LatencyCountsTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 999, 1001, 1999, 2001, 3999, 1_023_999, 1_024_001, 8_388_607_999L})
  void record_anyLatency_countsInTheNarrowestBucket(long nanos) {
    int bucket = bucketOf(nanos);
    assertTrue(nanos / 1e9 <= LatencyCounts.boundSeconds(bucket), "above bucket " + bucket);
    assertTrue(
        bucket == 0 || nanos / 1e9 > LatencyCounts.boundSeconds(bucket - 1),
        "could be below bucket " + bucket);
  }

  @ParameterizedTest
  @ValueSource(longs = {8_388_608_001L, Long.MAX_VALUE})
  void record_beyondTheLastBound_countsInTheLastBucket(long nanos) {
    assertEquals(LatencyCounts.BUCKETS - 1, bucketOf(nanos));
  }

  @Test
  void boundSeconds_doublesFromOneMicrosecond() {
    assertEquals(1e-6, LatencyCounts.boundSeconds(0));
    assertEquals(8.388608, LatencyCounts.boundSeconds(LatencyCounts.BUCKETS - 2));
    assertEquals(Double.POSITIVE_INFINITY, LatencyCounts.boundSeconds(LatencyCounts.BUCKETS - 1));
  }

  @Test
  void addTo_severalCounts_addUp() {
    var counts = new LatencyCounts();
    counts.record(500, 3);
    counts.record(500, 1);
    long[] sums = new long[LatencyCounts.BUCKETS];
    counts.addTo(sums);
    counts.addTo(sums);
    assertEquals(8, sums[0]);
    assertEquals(2000, counts.totalNanos());
  }

  private static int bucketOf(long nanos) {
    var counts = new LatencyCounts();
    counts.record(nanos, 1);
    long[] sums = new long[LatencyCounts.BUCKETS];
    counts.addTo(sums);
    for (int i = 0; i < sums.length; i++) {
      if (sums[i] == 1) {
        return i;
      }
    }
    throw new AssertionError("nothing was counted");
  }
}
