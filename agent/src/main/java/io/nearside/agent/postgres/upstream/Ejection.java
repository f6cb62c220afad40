package io.nearside.agent.postgres.upstream;

/**
 * Keeps a failing replica out of the choice: {@code failsMax} failures within a window eject it,
 * each further ejection lasts twice as long, up to a limit; a replica that comes back gets its
 * share slowly (as nginx's {@code max_fails}, {@code fail_timeout} and {@code slow_start} do). The
 * clock is a parameter: {@link System#nanoTime}.
 */
final class Ejection {
  private static final long NANOS_PER_MILLI = 1_000_000;
  // So that one choice in twenty finds out whether it is well, however short its return is.
  private static final double SHARE_MIN = 0.05;

  private int fails;
  private long windowStartNanos;
  private int inRow;
  private long count;
  private boolean ejected;
  private boolean returning;
  private long ejectedUntilNanos;
  private long returnedNanos;
  private double credit;

  /**
   * A failure of the server, not of a statement.
   *
   * @return whether this ejected it
   */
  boolean failed(UpstreamSettings settings, long nowNanos) {
    if (isEjected(nowNanos)) {
      return false;
    }
    if (fails == 0 || nowNanos - windowStartNanos > settings.failWindowMillis() * NANOS_PER_MILLI) {
      fails = 0;
      windowStartNanos = nowNanos;
    }
    if (++fails < settings.failsMax()) {
      return false;
    }
    fails = 0;
    long millis = settings.ejectMillis();
    for (int i = 0; i < inRow && millis < settings.ejectMaxMillis(); i++) {
      millis *= 2;
    }
    inRow++;
    count++;
    ejected = true;
    ejectedUntilNanos = nowNanos + Math.min(millis, settings.ejectMaxMillis()) * NANOS_PER_MILLI;
    return true;
  }

  /** It served something: after a whole slow start, the next ejection is a first one again. */
  void succeeded(UpstreamSettings settings, long nowNanos) {
    if (inRow > 0 && !isEjected(nowNanos) && share(settings, nowNanos) >= 1) {
      inRow = 0;
    }
  }

  /** It was away for another reason and is here again: its slow start begins. */
  void returned(long nowNanos) {
    returning = true;
    returnedNanos = nowNanos;
    credit = 0;
  }

  boolean isEjected(long nowNanos) {
    if (ejected && nowNanos - ejectedUntilNanos >= 0) {
      ejected = false;
      returned(ejectedUntilNanos);
    }
    return ejected;
  }

  /** Nanoseconds that the ejection still lasts, 0 for none. */
  long remainingNanos(long nowNanos) {
    return isEjected(nowNanos) ? ejectedUntilNanos - nowNanos : 0;
  }

  /** The part of its normal share that it may have now: 0 while ejected, up to 1. */
  double share(UpstreamSettings settings, long nowNanos) {
    if (isEjected(nowNanos)) {
      return 0;
    }
    if (!returning) {
      return 1;
    }
    double slowStartNanos = (double) settings.slowStartMillis() * NANOS_PER_MILLI;
    double part = slowStartNanos == 0 ? 1 : (nowNanos - returnedNanos) / slowStartNanos;
    if (part >= 1) {
      returning = false;
      return 1;
    }
    return Math.max(SHARE_MIN, part);
  }

  /** Whether it takes part in this choice: always, or as often as its share says. */
  boolean takesPart(UpstreamSettings settings, long nowNanos) {
    double share = share(settings, nowNanos);
    if (share >= 1) {
      return true;
    }
    credit += share;
    if (credit < 1) {
      return false;
    }
    credit -= 1;
    return true;
  }

  /** Ejections since the start. */
  long count() {
    return count;
  }
}
