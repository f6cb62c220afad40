package io.nearside.cluster;

/** A clock that a test moves. */
final class ManualClock implements BusClock {
  private static final long WALL_START_NANOS = 1_700_000_000_000_000_000L;

  // Near the end of the range, so that comparisons without subtraction are found out.
  private static final long START_NANOS = Long.MAX_VALUE - 2_000_000_000L;

  private long passed;

  @Override
  public long nanos() {
    return START_NANOS + passed;
  }

  @Override
  public long wallNanos() {
    return WALL_START_NANOS + passed;
  }

  void passMillis(long millis) {
    passed += millis * 1_000_000L;
  }
}
