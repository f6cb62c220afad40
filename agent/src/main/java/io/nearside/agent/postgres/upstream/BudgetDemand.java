package io.nearside.agent.postgres.upstream;

/**
 * The most that was wanted of late, so that a short lull gives nothing away. Remembers between one
 * and two windows back.
 */
final class BudgetDemand {
  private final long windowNanos;
  private long windowStart;
  private int before;
  private int current;

  BudgetDemand(long windowNanos, long nowNanos) {
    this.windowNanos = windowNanos;
    this.windowStart = nowNanos;
  }

  int most(int wantedNow, long nowNanos) {
    long passed = nowNanos - windowStart;
    if (passed >= windowNanos) {
      before = passed >= 2 * windowNanos ? 0 : current;
      current = 0;
      windowStart = nowNanos;
    }
    current = Math.max(current, wantedNow);
    return Math.max(before, current);
  }
}
