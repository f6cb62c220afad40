package io.nearside.agent.metrics;

import java.util.Arrays;

/**
 * Latencies counted in buckets. Immutable.
 *
 * @param boundsSeconds upper bounds, ascending; the last is infinite
 * @param counts per bucket, not cumulative
 * @param totalSeconds sum of all latencies
 */
@SuppressWarnings("ArrayRecordComponent") // copied in, never handed out to be changed
public record LatencyHistogram(double[] boundsSeconds, long[] counts, double totalSeconds) {

  public LatencyHistogram {
    if (boundsSeconds.length != counts.length) {
      throw new IllegalArgumentException(
          boundsSeconds.length + " bounds for " + counts.length + " counts");
    }
    boundsSeconds = boundsSeconds.clone();
    counts = counts.clone();
  }

  public long count() {
    return Arrays.stream(counts).sum();
  }

  /** What was counted since {@code earlier}, which has the same buckets. */
  LatencyHistogram since(LatencyHistogram earlier) {
    long[] difference = counts.clone();
    for (int i = 0; i < difference.length; i++) {
      // Counters are read while they are written: never below zero.
      difference[i] = Math.max(0, difference[i] - earlier.counts[i]);
    }
    return new LatencyHistogram(
        boundsSeconds, difference, Math.max(0, totalSeconds - earlier.totalSeconds));
  }

  /**
   * Upper bound, in seconds, of the bucket that holds the quantile; NaN when nothing was counted.
   *
   * @param q above 0, at most 1
   */
  double quantile(double q) {
    long count = count();
    long rank = (long) Math.ceil(q * count);
    long seen = 0;
    for (int i = 0; i < counts.length && count > 0; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return boundsSeconds[i];
      }
    }
    return Double.NaN;
  }
}
