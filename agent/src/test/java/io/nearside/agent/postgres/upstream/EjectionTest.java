package io.nearside.agent.postgres.upstream;

import static io.nearside.agent.postgres.upstream.Facts.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Three failures in 10 s eject for 1, 2, 4, 4 ... seconds; a slow start lasts 10 s. */
class EjectionTest {
  private final UpstreamSettings settings = Facts.settings(ReplicaChoiceKind.ROUND_ROBIN, Map.of());
  private final Ejection ejection = new Ejection();

  private void eject(long nowNanos) {
    for (int i = 0; i < settings.failsMax(); i++) {
      ejection.failed(settings, nowNanos);
    }
  }

  @Test
  void failed_oneBelowTheLimit_staysIn() {
    assertFalse(ejection.failed(settings, 0));
    assertFalse(ejection.failed(settings, SECOND));
    assertFalse(ejection.isEjected(SECOND));
  }

  @Test
  void failed_atTheLimit_isEjectedForAWhile() {
    ejection.failed(settings, 0);
    ejection.failed(settings, SECOND);
    assertTrue(ejection.failed(settings, 2 * SECOND));
    assertTrue(ejection.isEjected(3 * SECOND - 1));
    assertFalse(ejection.isEjected(3 * SECOND));
    assertEquals(1, ejection.count());
  }

  @Test
  void failed_windowOver_countsAnew() {
    ejection.failed(settings, 0);
    ejection.failed(settings, SECOND);
    assertFalse(ejection.failed(settings, 11 * SECOND));
    assertFalse(ejection.failed(settings, 12 * SECOND));
    assertTrue(ejection.failed(settings, 13 * SECOND));
  }

  @Test
  void failed_whileEjected_doesNotProlong() {
    eject(0);
    eject(SECOND / 2);
    assertFalse(ejection.isEjected(SECOND));
    assertEquals(1, ejection.count());
  }

  @Test
  void failed_againAndAgain_lastsTwiceAsLongUpToTheLimit() {
    long now = 0;
    for (long seconds : new long[] {1, 2, 4, 4, 4}) {
      eject(now);
      assertEquals(seconds * SECOND, ejection.remainingNanos(now));
      now += seconds * SECOND;
    }
  }

  @Test
  void succeeded_withinTheSlowStart_keepsTheBackoff() {
    eject(0);
    ejection.succeeded(settings, 2 * SECOND);
    eject(3 * SECOND);
    assertEquals(2 * SECOND, ejection.remainingNanos(3 * SECOND));
  }

  @Test
  void succeeded_afterTheSlowStart_endsTheBackoff() {
    eject(0);
    ejection.succeeded(settings, 12 * SECOND);
    eject(13 * SECOND);
    assertEquals(SECOND, ejection.remainingNanos(13 * SECOND));
  }

  @Test
  void share_afterTheEjection_growsToAll() {
    eject(0);
    assertEquals(0, ejection.share(settings, SECOND / 2));
    assertEquals(0.05, ejection.share(settings, SECOND), 0.001);
    assertEquals(0.5, ejection.share(settings, 6 * SECOND), 0.001);
    assertEquals(1, ejection.share(settings, 11 * SECOND));
  }

  @Test
  void takesPart_halfWay_everySecondTime() {
    ejection.returned(0);
    int parts = 0;
    for (int i = 0; i < 100; i++) {
      parts += ejection.takesPart(settings, 5 * SECOND) ? 1 : 0;
    }
    assertEquals(50, parts);
  }

  @Test
  void takesPart_neverAway_always() {
    assertTrue(ejection.takesPart(settings, 0));
    assertTrue(ejection.takesPart(settings, 0));
  }
}
