package io.nearside.agent.cache.warm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class PaceTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void waitNanos_manyBatches_keepTheRate() {
    var pace = new Pace(1_000, 0);
    long now = 0;
    int sent = 0;
    while (now < 10 * SECOND) {
      now += pace.waitNanos(now);
      pace.sent(50, now);
      sent += 50;
    }
    assertEquals(10_000, sent, 100);
  }

  @Test
  void waitNanos_afterAPause_isNotSavedUp() {
    var pace = new Pace(100, 0);
    pace.sent(100, 0);
    assertEquals(SECOND, pace.waitNanos(0));
    assertEquals(0, pace.waitNanos(60 * SECOND));
    pace.sent(100, 60 * SECOND);
    assertEquals(SECOND, pace.waitNanos(60 * SECOND));
  }

  @Test
  void batch_lowRate_isSmall() {
    assertEquals(1, new Pace(0.5, 0).batch(50));
    assertEquals(3, new Pace(2.5, 0).batch(50));
    assertEquals(50, new Pace(2_000, 0).batch(50));
    var pace = new Pace(2_000, 0);
    pace.keysPerSecond(1);
    pace.sent(1, 0);
    assertTrue(pace.waitNanos(0) == SECOND, "the new rate holds from the next batch on");
  }
}
