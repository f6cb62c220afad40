package io.nearside.agent.redis;

/**
 * A histogram of latencies in buckets that double, written by one event loop and read by any thread
 * (a read may be a moment late). Bucket {@code i} counts what took at most {@code 2^i}
 * microseconds; the last one counts the rest.
 */
public final class LatencyCounts {
  /** Up to 2^23 microseconds, 8.4 seconds, and beyond. */
  public static final int BUCKETS = 25;

  private final long[] counts = new long[BUCKETS];
  private long totalNanos;

  void record(long nanos, int times) {
    long micros = Math.max(0, nanos) / 1000;
    int bucket = micros == 0 ? 0 : 64 - Long.numberOfLeadingZeros(micros);
    counts[Math.min(bucket, BUCKETS - 1)] += times;
    totalNanos += nanos * times;
  }

  /** Adds these counts to {@code sums}, one element per bucket. */
  public void addTo(long[] sums) {
    for (int i = 0; i < BUCKETS; i++) {
      sums[i] += counts[i];
    }
  }

  public long totalNanos() {
    return totalNanos;
  }

  /** Upper bound of a bucket in seconds; infinite for the last. */
  public static double boundSeconds(int bucket) {
    return bucket == BUCKETS - 1 ? Double.POSITIVE_INFINITY : (1L << bucket) / 1e6;
  }
}
