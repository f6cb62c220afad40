package io.nearside.cluster;

import java.time.Instant;

/** The machine's clocks. */
enum SystemBusClock implements BusClock {
  INSTANCE;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long wallNanos() {
    Instant now = Instant.now();
    return now.getEpochSecond() * NANOS_PER_SECOND + now.getNano();
  }
}
