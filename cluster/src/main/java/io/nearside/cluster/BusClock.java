package io.nearside.cluster;

import java.time.Instant;

/**
 * The two clocks that a bus reads; a simulation puts its own in their place. Safe from any thread.
 */
public interface BusClock {

  /** Nanoseconds on a clock that never goes back; the only one that freshness rests on. */
  long nanos();

  /**
   * Nanoseconds since 1970 on the clock on the wall; for people and for the lag between sidecars.
   */
  long wallNanos();

  /** {@link System#nanoTime()} and {@link Instant#now()}. */
  static BusClock system() {
    return SystemBusClock.INSTANCE;
  }
}
