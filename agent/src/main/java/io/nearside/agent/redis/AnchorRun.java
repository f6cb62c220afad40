package io.nearside.agent.redis;

import io.nearside.cluster.BusSettings;

/**
 * An unbroken run of good looks at the upstream, each answered within a lease of the sending of the
 * one before: between two of them nothing can have come, been trusted for a lease, and gone. Pure:
 * times are arguments, of one monotonic clock.
 */
final class AnchorRun {
  private final long leaseNanos;
  private final long settleNanos;
  private boolean running;
  private long sinceNanos;
  private long newestSentNanos;
  private long untilNanos;

  AnchorRun(long leaseMillis) {
    this.leaseNanos = leaseMillis * 1_000_000;
    this.settleNanos = BusSettings.settleNanos(leaseMillis);
  }

  /**
   * A look was good.
   *
   * @param boundNanos how long it holds at most; {@link Long#MAX_VALUE} for a lease
   */
  void good(long sentNanos, long answeredNanos, long boundNanos) {
    if (!running || answeredNanos - (newestSentNanos + leaseNanos) >= 0) {
      sinceNanos = answeredNanos;
    }
    running = true;
    newestSentNanos = sentNanos;
    long until = sentNanos + leaseNanos;
    untilNanos = boundNanos != Long.MAX_VALUE && boundNanos - until < 0 ? boundNanos : until;
  }

  /** A look was not good, or could not be had. */
  void broken() {
    running = false;
  }

  /** Whether it has lasted long enough to be relied on. */
  boolean isSettled(long nowNanos) {
    return running && nowNanos - sinceNanos - settleNanos >= 0;
  }

  /** Until when the newest look may be relied on, in a run that is settled. */
  long untilNanos() {
    return untilNanos;
  }
}
