package io.nearside.agent.postgres.upstream;

/**
 * When the primary was where. From it comes a replica's lag in time: how long ago the primary was
 * first seen at a position that the replica has not replayed. Unlike {@code now() -
 * pg_last_xact_replay_timestamp()} this is 0 on an idle primary, does not jump when an idle primary
 * writes again, and rests on one clock, ours. It is no finer than the watch.
 *
 * <p>Bounded: the oldest samples go. A replica further behind than they reach gets the servers' own
 * estimate, which errs on the side of too much.
 */
final class PositionHistory {
  private static final int SAMPLES_MAX = 1024;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final long[] positions = new long[SAMPLES_MAX];
  private final long[] times = new long[SAMPLES_MAX];
  private int first;
  private int count;

  private int at(int sample) {
    return (first + sample) % SAMPLES_MAX;
  }

  /** Forgets everything: positions of another timeline mean nothing here. */
  void clear() {
    first = 0;
    count = 0;
  }

  /** The primary's position at a moment; one that is not greater than the last tells nothing. */
  void add(long position, long nowNanos) {
    if (position <= latest()) {
      return;
    }
    if (count == SAMPLES_MAX) {
      first = at(1);
      count--;
    }
    positions[at(count)] = position;
    times[at(count++)] = nowNanos;
  }

  /** The last known position; -1 for none. */
  long latest() {
    return count == 0 ? Positions.UNKNOWN : positions[at(count - 1)];
  }

  /**
   * Lag of a replica that has replayed {@code replayed}.
   *
   * @param replayAgeMillis the servers' own estimate, for what is older than this history; -1 for
   *     none
   * @return milliseconds, -1 for unknown
   */
  long lagMillis(long replayed, long replayAgeMillis, long nowNanos) {
    if (count == 0 || replayed < 0) {
      return -1;
    }
    if (replayed >= latest()) {
      return 0;
    }
    if (replayed < positions[first]) {
      long known = (nowNanos - times[first]) / NANOS_PER_MILLI;
      return replayAgeMillis < 0 ? -1 : Math.max(known, replayAgeMillis);
    }
    return (nowNanos - times[at(firstBeyond(replayed))]) / NANOS_PER_MILLI;
  }

  private int firstBeyond(long replayed) {
    int low = 0;
    int high = count - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (positions[at(middle)] > replayed) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
