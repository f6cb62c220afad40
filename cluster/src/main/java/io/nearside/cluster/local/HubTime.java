package io.nearside.cluster.local;

import io.nearside.cluster.BusClock;
import io.nearside.cluster.Pulse;
import java.util.random.RandomGenerator;

/** Time, threads and chance of a hub and of every bus on it. */
public interface HubTime extends BusClock {

  /**
   * Runs a task when this much time has passed; in the caller's thread, at once, when none has to.
   */
  void after(long delayNanos, Runnable task);

  /** A pulse for one more bus. */
  Pulse pulse();

  /** Where incarnations come from. */
  RandomGenerator random();

  /** The machine's own. */
  static HubTime real() {
    return new RealTime();
  }
}
