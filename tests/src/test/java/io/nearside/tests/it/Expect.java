package io.nearside.tests.it;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Assertions;

/** What the scenarios expect, waited for where it takes its time. */
final class Expect {
  private static final Duration SOON = Duration.ofSeconds(10);

  private Expect() {}

  /** Waits until a condition holds. */
  static void soon(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        Assertions.fail("not within " + SOON + ": " + what);
      }
      LockSupport.parkNanos(5_000_000);
    }
  }

  /** Waits until a call goes through again; gives what it gave. */
  static <T> T afterReconnect(Callable<T> call) throws Exception {
    long deadline = System.nanoTime() + SOON.toNanos();
    while (true) {
      try {
        return call.call();
      } catch (Exception cut) {
        if (System.nanoTime() > deadline) {
          throw cut;
        }
        LockSupport.parkNanos(20_000_000);
      }
    }
  }
}
