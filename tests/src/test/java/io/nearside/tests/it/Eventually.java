package io.nearside.tests.it;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for what must become true. Stateless. */
public final class Eventually {
  private static final Duration WITHIN = Duration.ofSeconds(20);
  private static final long POLL_NANOS = Duration.ofMillis(5).toNanos();

  /** Something to look at again and again. */
  public interface Condition {
    boolean isMet() throws IOException;
  }

  private Eventually() {}

  /** Fails when the condition is not met within 20 s. */
  public static void holds(String what, Condition condition) throws IOException {
    holds(() -> what, WITHIN, condition);
  }

  /** The same with words that are sought only when it fails. */
  static void holds(Supplier<String> what, Condition condition) throws IOException {
    holds(what, WITHIN, condition);
  }

  /** Fails when the condition is not met in time. */
  static void holds(String what, Duration within, Condition condition) throws IOException {
    holds(() -> what, within, condition);
  }

  private static void holds(Supplier<String> what, Duration within, Condition condition)
      throws IOException {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.isMet()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("not within " + within + ": " + what.get());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
