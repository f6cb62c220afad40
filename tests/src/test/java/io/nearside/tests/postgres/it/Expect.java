package io.nearside.tests.postgres.it;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assertions;

/** What scenarios wait for. Stateless. */
final class Expect {
  private static final Duration SOON = Duration.ofSeconds(10);

  private Expect() {}

  /** Asks again, over failures too, until the answer is yes; fails after 10 s. */
  static void eventually(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (true) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (Exception e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
      if (System.nanoTime() > deadline) {
        Assertions.fail("not within " + SOON);
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }
}
