package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.redis.StaleWatch.Step;
import org.junit.jupiter.api.Test;

final class StaleWatchTest {
  private static final long MAX = 1_000_000_000;
  private static final long SEEN = Math.addExact(0L, Long.MAX_VALUE - 500); // a clock that wraps
  private static final long OVERDUE = MAX + StaleWatch.ACKNOWLEDGED_NANOS + 1;

  private final StaleWatch watch = new StaleWatch(SEEN, MAX);

  @Test
  void look_dropped_goneAtItsAge() {
    assertEquals(Step.GONE, watch.look(false, true, SEEN + 5));
    assertEquals(5, watch.ageNanos(SEEN + 5));
  }

  @Test
  void look_heldWithinThePromise_followed() {
    assertEquals(Step.FOLLOW, watch.look(true, true, SEEN + OVERDUE - 1));
  }

  @Test
  void look_heldBeyondThePromise_confirmed() {
    assertEquals(Step.CONFIRM, watch.look(true, true, SEEN + OVERDUE));
  }

  @Test
  void look_heldButFenced_followedUntilItCanNotMatter() {
    assertEquals(Step.FOLLOW, watch.look(true, false, SEEN + OVERDUE));
    assertEquals(Step.GONE, watch.look(true, false, SEEN + 20 * MAX + 1));
  }

  @Test
  void convicts_onlyWhatStillDiffersAndIsServed() {
    long late = SEEN + OVERDUE;
    assertTrue(watch.convicts(true, true, true, late));
    assertFalse(watch.convicts(false, true, true, late), "the upstream has its old value back");
    assertFalse(watch.convicts(true, false, true, late), "dropped meanwhile");
    assertFalse(watch.convicts(true, true, false, late), "fenced");
    assertFalse(watch.convicts(true, true, true, late - 1), "not longer than promised");
  }
}
