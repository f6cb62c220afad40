package io.nearside.cluster;

/**
 * The largest of the values recorded in the last 60 seconds, give or take one; 0 when there are
 * none. A ring of one maximum per second. Safe from any thread.
 */
final class WorstOfLastMinute {
  private static final long SLOT_NANOS = 1_000_000_000L;
  private static final int SLOTS = 60;

  private final long[] second = new long[SLOTS];
  private final long[] worst = new long[SLOTS];

  /** Where its seconds are counted from, since nanoTime may overflow. */
  private final long originNanos;

  WorstOfLastMinute(long originNanos) {
    this.originNanos = originNanos;
  }

  synchronized void record(long nowNanos, long value) {
    long now = Math.floorDiv(nowNanos - originNanos, SLOT_NANOS);
    int slot = Math.floorMod(now, SLOTS);
    if (second[slot] != now) {
      second[slot] = now;
      worst[slot] = 0;
    }
    worst[slot] = Math.max(worst[slot], value);
  }

  synchronized long read(long nowNanos) {
    long now = Math.floorDiv(nowNanos - originNanos, SLOT_NANOS);
    long result = 0;
    for (int slot = 0; slot < SLOTS; slot++) {
      if (now - second[slot] < SLOTS) {
        result = Math.max(result, worst[slot]);
      }
    }
    return result;
  }
}
