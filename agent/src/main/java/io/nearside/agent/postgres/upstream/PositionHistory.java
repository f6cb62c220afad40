package io.nearside.agent.postgres.upstream;

/**
 * When the primary was where. From it comes a replica's lag in time: how long ago the primary was
 * first seen at a position that the replica has not replayed. Unlike {@code now() -
 * pg_last_xact_replay_timestamp()} this is 0 on an idle primary, does not jump when an idle primary
 * writes again, and rests on one clock, ours. It is no finer than the watch.
 *
 * <p>Bounded: when full, every second sample is dropped, which makes lag at most twice as coarse.
 */
final class PositionHistory {
  private static final int SAMPLES_MAX = 512;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long[] positions = new long[SAMPLES_MAX];
  private final long[] times = new long[SAMPLES_MAX];
  private int count;

  /** Forgets everything: positions of another timeline mean nothing here. */
  void clear() {
    count = 0;
  }

  /** The primary's position at a moment; one that is not greater than the last tells nothing. */
  void add(long position, long nowNanos) {
    if (count > 0 && position <= positions[count - 1]) {
      return;
    }
    if (count == SAMPLES_MAX) {
      halve();
    }
    positions[count] = position;
    times[count++] = nowNanos;
  }

  private void halve() {
    int kept = 0;
    for (int i = 0; i < count; i += 2) {
      positions[kept] = positions[i];
      times[kept++] = times[i];
    }
    count = kept;
  }

  /** The last known position; -1 for none. */
  long latest() {
    return count == 0 ? Positions.UNKNOWN : positions[count - 1];
  }

  /**
   * Lag of a replica that has replayed {@code replayed}.
   *
   * @param replayAgeMillis the servers' own estimate, for what is older than this history; it errs
   *     on the side of too much; -1 for none
   * @return milliseconds, -1 for unknown
   */
  long lagMillis(long replayed, long replayAgeMillis, long nowNanos) {
    if (count == 0 || replayed < 0) {
      return -1;
    }
    if (replayed >= positions[count - 1]) {
      return 0;
    }
    if (replayed < positions[0]) {
      long known = (nowNanos - times[0]) / NANOS_PER_MILLI;
      return replayAgeMillis < 0 ? -1 : Math.max(known, replayAgeMillis);
    }
    return (nowNanos - times[firstBeyond(replayed)]) / NANOS_PER_MILLI;
  }

  private int firstBeyond(long replayed) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (positions[middle] > replayed) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
