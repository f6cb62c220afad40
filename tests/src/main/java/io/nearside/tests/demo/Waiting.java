package io.nearside.tests.demo;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Asks until something is so. */
final class Waiting {
  private static final long PAUSE_NANOS = 1_000_000;

  /** Something that may be so. */
  @FunctionalInterface
  interface Condition {
    boolean holds() throws IOException;
  }

  private Waiting() {}

  /**
   * Asks at once and then about every millisecond. What was asked in time may be answered later:
   * only a question asked after the time is one too late.
   *
   * @return nanoseconds until it was so
   * @throws StepFailedException when it is not so in time
   */
  static long until(Duration within, Condition condition, Supplier<String> otherwise) {
    long start = System.nanoTime();
    try {
      long asked = start;
      while (!condition.holds()) {
        if (asked - start > within.toNanos()) {
          throw new StepFailedException(
              "not within " + within.toMillis() + " ms: " + otherwise.get());
        }
        LockSupport.parkNanos(PAUSE_NANOS);
        asked = System.nanoTime();
      }
      return System.nanoTime() - start;
    } catch (IOException e) {
      throw new StepFailedException(e.toString(), e);
    }
  }
}
