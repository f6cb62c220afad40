package io.nearside.agent.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Buckets hold what they say, and quantiles are near the true ones. */
final class LatencyBucketsTest {

  @Test
  void bucket_everyDuration_isWithinItsBounds() {
    for (long micros = 0; micros < 1L << 20; micros += 1 + micros / 1000) {
      int bucket = LatencyBuckets.bucket(micros);
      assertTrue(LatencyBuckets.lowest(bucket) <= micros, micros + " in " + bucket);
      assertTrue(micros < LatencyBuckets.lowest(bucket + 1), micros + " in " + bucket);
    }
  }

  @Test
  void quantile_ofRandomDurations_isWithinTenPercent() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var buckets = new LatencyBuckets();
    long[] all = new long[20_000];
    for (int i = 0; i < all.length; i++) {
      all[i] = (long) (Math.exp(random.nextDouble() * 12) * 20_000);
      buckets.record(all[i]);
    }
    Arrays.sort(all);
    for (double part : new double[] {0.5, 0.95, 0.99, 1.0}) {
      double exact = all[(int) Math.ceil(part * all.length) - 1] / 1e9;
      assertEquals(exact, buckets.quantileSeconds(part), exact * 0.1, "seed " + seed);
    }
  }

  @Test
  void record_beyondTheLastBucket_isTheWorst() {
    var buckets = new LatencyBuckets();
    assertEquals(0, buckets.quantileSeconds(0.99));
    buckets.record(1_000_000_000_000L);
    assertEquals(1000.0, buckets.quantileSeconds(0.5));
    assertEquals(1, buckets.count());
  }

  @Test
  void histogram_ofAll_countsEachOnceUnderItsBound() {
    var buckets = new LatencyBuckets();
    buckets.record(1_000);
    buckets.record(100_000);
    buckets.record(1_000_000_000_000L);
    PostgresStatistics.Histogram histogram = buckets.histogram();
    assertEquals(3, Arrays.stream(histogram.counts()).sum());
    assertEquals(1, histogram.counts()[histogram.counts().length - 1]);
    int at = 0;
    while (histogram.boundsSeconds()[at] < 100e-6) {
      at++;
    }
    assertEquals(1, histogram.counts()[at]);
    assertEquals(1, histogram.counts()[0]);
  }
}
