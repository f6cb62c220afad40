package io.nearside.agent.redis;

/**
 * An unbroken run of good looks at the upstream, each answered within a lease of the sending of the
 * one before: between two of them nothing can have come, been trusted for a lease, and gone. Pure:
 * times are arguments, of one monotonic clock.
 */
final class AnchorRun {
  private static final long MARGIN_NANOS = 20_000_000;

  private final long leaseNanos;
  private final long settleNanos;
  private boolean running;
  private long sinceNanos;
  private long newestSentNanos;
  private long untilNanos;

  AnchorRun(long leaseNanos) {
    this.leaseNanos = leaseNanos;
    this.settleNanos = settleNanos(leaseNanos);
  }

  /**
   * After how long everybody's lease of that moment is over, however much their clocks drift: a
   * twentieth more than the lease, and 20 ms.
   */
  static long settleNanos(long leaseNanos) {
    return leaseNanos + leaseNanos / 20 + MARGIN_NANOS;
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
