package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class AnchorRunTest {
  private static final long MILLI = 1_000_000;
  private static final long LEASE_MILLIS = 1000;
  private static final long SETTLE_MILLIS = 1070;

  private final AnchorRun run = new AnchorRun(LEASE_MILLIS);

  private void good(long sentMillis, long answeredMillis) {
    run.good(sentMillis * MILLI, answeredMillis * MILLI, Long.MAX_VALUE);
  }

  private boolean settledAt(long millis) {
    return run.isSettled(millis * MILLI);
  }

  @Test
  void none_isNotSettled() {
    assertFalse(settledAt(10_000));
  }

  @Test
  void looksEachWithinALease_settleCountedFromTheFirstAnswer() {
    good(0, 100);
    good(500, 600);
    good(1000, 1100);
    assertFalse(settledAt(100 + SETTLE_MILLIS - 1));
    assertTrue(settledAt(100 + SETTLE_MILLIS));
    assertEquals((1000 + LEASE_MILLIS) * MILLI, run.untilNanos());
  }

  @Test
  void answerALeaseAfterTheSendingBefore_beginsAnew() {
    good(0, 100);
    good(600, 1000);
    assertFalse(settledAt(100 + SETTLE_MILLIS), "somebody may have come and gone meanwhile");
    assertTrue(settledAt(1000 + SETTLE_MILLIS));
  }

  @Test
  void answerJustBeforeTheLeaseIsOver_goesOn() {
    good(0, 100);
    good(600, 999);
    assertTrue(settledAt(100 + SETTLE_MILLIS));
  }

  @Test
  void brokenLook_beginsAnew() {
    good(0, 0);
    good(500, 500);
    run.broken();
    assertFalse(settledAt(5000));
    good(1000, 1000);
    assertFalse(settledAt(1000 + SETTLE_MILLIS - 1));
    assertTrue(settledAt(1000 + SETTLE_MILLIS));
  }

  @Test
  void bound_earlierThanTheLease_holds() {
    run.good(0, 0, 300 * MILLI);
    assertEquals(300 * MILLI, run.untilNanos());
    run.good(0, 0, 3000 * MILLI);
    assertEquals(LEASE_MILLIS * MILLI, run.untilNanos());
  }
}
