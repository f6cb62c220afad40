package io.nearside.agent.postgres.auth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class LoginLimiterTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  // The clock wraps within the tests, as System.nanoTime() may.
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final LoginLimiter limiter = new LoginLimiter(3, 2, clock::get);

  @Test
  void failures_upToTheLimit_mayTry_atIt_not() {
    for (int i = 0; i < 3; i++) {
      assertTrue(limiter.mayTry("a"));
      limiter.failed("a");
    }
    assertFalse(limiter.mayTry("a"));
    assertTrue(limiter.mayTry("b"));
  }

  @Test
  void afterATurn_oneMore() {
    for (int i = 0; i < 3; i++) {
      limiter.failed("a");
    }
    clock.addAndGet(20 * SECOND - 1);
    assertFalse(limiter.mayTry("a"));
    clock.addAndGet(1);
    assertTrue(limiter.mayTry("a"));
    limiter.failed("a");
    assertFalse(limiter.mayTry("a"));
  }

  @Test
  void failuresUnderWayTogether_lockOut_noLongerThanOne() {
    for (int i = 0; i < 100; i++) {
      limiter.failed("a");
    }
    assertFalse(limiter.mayTry("a"));
    clock.addAndGet(20 * SECOND);
    assertTrue(limiter.mayTry("a"));
  }

  @Test
  void afterAMinute_isForgotten() {
    limiter.failed("a");
    clock.addAndGet(60 * SECOND);
    assertTrue(limiter.mayTry("a"));
    assertEquals(0, limiter.size());
  }

  @Test
  void fullTable_forgetsWhoFailedLongestAgo() {
    for (String address : new String[] {"a", "b", "a", "b", "a", "b", "b", "a"}) {
      limiter.failed(address);
    }
    limiter.failed("c");
    assertEquals(2, limiter.size());
    assertTrue(limiter.mayTry("b"));
    assertFalse(limiter.mayTry("a"));
  }

  /** Against a model that keeps every failure: never more than twice the limit in any minute. */
  @Test
  void anyMinute_hasAtMostTheBucketAndItsRefill() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var failures = new ArrayDeque<Long>();
    int failed = 0;
    for (int i = 0; i < 20_000; i++) {
      clock.addAndGet(random.nextLong(SECOND));
      if (limiter.mayTry("a")) {
        limiter.failed("a");
        failures.add(clock.get());
        failed++;
      }
      while (clock.get() - failures.getFirst() > 60 * SECOND) {
        failures.removeFirst();
      }
      assertTrue(failures.size() <= 6, "seed " + seed);
    }
    // Some 10,000 seconds: three a minute and the first three.
    assertTrue(failed > 400 && failed < 600, failed + " with seed " + seed);
  }
}
