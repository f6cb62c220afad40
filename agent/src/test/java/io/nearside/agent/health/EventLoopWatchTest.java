package io.nearside.agent.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** On a clock and a loop that turn by hand. */
final class EventLoopWatchTest {
  private static final long MILLI = 1_000_000;

  private final Deque<Runnable> queue = new ArrayDeque<>();
  private long now = Long.MAX_VALUE - 5 * MILLI; // wraps round on the way
  private final EventLoopWatch watch =
      new EventLoopWatch(List.of(new LoopProbe("0", queue::add)), () -> now);

  private LoopState state() {
    return watch.states().getFirst();
  }

  private void tick(long afterMillis) {
    now += afterMillis * MILLI;
    watch.tick();
  }

  @Test
  void turn_late_isMeasured() {
    watch.tick();
    now += 30 * MILLI;
    queue.remove().run();
    tick(100);
    queue.remove().run();
    assertEquals(0, state().lagNanos());
    assertEquals(30 * MILLI, state().lagNanosMax());
  }

  @Test
  void loop_silent_isAskedOnceAndWedgedAfterASecond() {
    for (int i = 0; i < 10; i++) {
      tick(100);
      assertFalse(state().wedged(), "after " + i);
    }
    tick(100);
    assertEquals(1, queue.size());
    assertTrue(state().wedged());
    queue.remove().run();
    assertFalse(state().wedged());
    assertEquals(1_000 * MILLI, state().lagNanosMax());
  }

  @Test
  void process_paused_isNotBlamedOnTheLoop() {
    watch.tick();
    tick(60_000);
    assertFalse(state().wedged());
  }

  @Test
  void worst_afterAMinute_isForgotten() {
    watch.tick();
    now += 40 * MILLI;
    queue.remove().run();
    for (int i = 0; i < 620; i++) {
      tick(100);
      queue.remove().run();
    }
    assertEquals(0, state().lagNanosMax());
  }

  @Test
  void loop_closed_isNotWedged() {
    var closed =
        new EventLoopWatch(
            List.of(
                new LoopProbe(
                    "0",
                    task -> {
                      throw new RejectedExecutionException();
                    })),
            () -> now);
    for (int i = 0; i < 20; i++) {
      now += 100 * MILLI;
      closed.tick();
    }
    assertFalse(closed.states().getFirst().wedged());
  }
}
