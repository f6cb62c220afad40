package io.nearside.agent.postgres;

/**
 * A histogram of durations in buckets of an eighth of a power of two, from a microsecond to about
 * two minutes: a quantile is right within 7 %. Written and read on the event loop.
 */
final class LatencyBuckets {
  private static final int SUB_BITS = 3;
  private static final int SUBS = 1 << SUB_BITS;

  /** Powers of two of a microsecond: 2^27 are 134 seconds. */
  static final int OCTAVES = 27;

  private static final int BUCKETS = SUBS + (OCTAVES - SUB_BITS) * SUBS + 1;

  private final int[] counts = new int[BUCKETS];
  private long count;
  private long totalNanos;
  private long worstNanos;

  void record(long nanos) {
    long positive = Math.max(0, nanos);
    int at = bucket(positive / 1000);
    // Saturates rather than wraps: the sum stays right.
    counts[at] += counts[at] == Integer.MAX_VALUE ? 0 : 1;
    count++;
    totalNanos += positive;
    worstNanos = Math.max(worstNanos, positive);
  }

  /** The first eight hold a microsecond each; from there on, eight to every doubling. */
  static int bucket(long micros) {
    if (micros < SUBS) {
      return (int) micros;
    }
    int octave = 63 - Long.numberOfLeadingZeros(micros);
    int sub = (int) (micros >>> (octave - SUB_BITS)) & (SUBS - 1);
    return Math.min(BUCKETS - 1, SUBS + (octave - SUB_BITS) * SUBS + sub);
  }

  /** The least microseconds that a bucket holds. */
  static long lowest(int bucket) {
    if (bucket < SUBS) {
      return bucket;
    }
    int octave = (bucket - SUBS) / SUBS + SUB_BITS;
    int sub = (bucket - SUBS) % SUBS;
    return (1L << octave) + ((long) sub << (octave - SUB_BITS));
  }

  long count() {
    return count;
  }

  long totalNanos() {
    return totalNanos;
  }

  long worstNanos() {
    return worstNanos;
  }

  /**
   * The duration, in seconds, that a part of all did not exceed; 0 when nothing was counted.
   *
   * @param part above 0, at most 1
   */
  double quantileSeconds(double part) {
    long rank = (long) Math.ceil(part * count);
    long seen = 0;
    for (int i = 0; i < BUCKETS - 1 && count > 0; i++) {
      seen += counts[i];
      if (seen >= rank) {
        double middle = (lowest(i) + lowest(i + 1)) / 2.0;
        return Math.min(middle / 1e6, worstNanos / 1e9);
      }
    }
    return worstNanos / 1e9;
  }

  /** Counts by power of two of a microsecond; the last one counts the rest. */
  PostgresStatistics.Histogram histogram() {
    int first = SUB_BITS + 1;
    double[] bounds = new double[OCTAVES - first + 2];
    long[] sums = new long[bounds.length];
    for (int i = 0; i < bounds.length - 1; i++) {
      bounds[i] = (1L << (i + first)) / 1e6;
    }
    bounds[bounds.length - 1] = Double.POSITIVE_INFINITY;
    for (int i = 0; i < BUCKETS; i++) {
      int at = 0;
      while (at < bounds.length - 1 && lowest(i) >= 1L << (at + first)) {
        at++;
      }
      sums[at] += counts[i];
    }
    return new PostgresStatistics.Histogram(bounds, sums, totalNanos / 1e9);
  }
}
