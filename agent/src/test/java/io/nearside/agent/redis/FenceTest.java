package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class FenceTest {
  // The clock wraps within the tests, as System.nanoTime() may.
  private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
  private final AtomicLong bus = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong tracking = new AtomicLong(Long.MAX_VALUE);
  private final Fence fence = new Fence(clock::get);

  @Test
  void withoutSources_isOpen() {
    assertTrue(fence.open());
    assertEquals("open", fence.detail());
  }

  @Test
  void source_freshForEver_isOpenAtAnyTime() {
    addBoth();
    assertTrue(fence.open());
    assertTrue(fence.open(Long.MIN_VALUE));
    assertTrue(fence.open(Long.MAX_VALUE));
  }

  @Test
  void source_untilItsMoment_isOpen_atItClosed() {
    addBoth();
    bus.set(clock.get() + 10);
    assertTrue(fence.open());
    clock.addAndGet(9);
    assertTrue(fence.open());
    clock.addAndGet(1);
    assertFalse(fence.open());
    assertEquals("bus: silent", fence.detail());
  }

  @Test
  void anySource_closed_closes() {
    addBoth();
    tracking.set(clock.get());
    assertFalse(fence.open());
    assertEquals("tracking: lost", fence.detail());
    bus.set(clock.get() - 1);
    assertEquals("bus: silent; tracking: lost", fence.detail());
    tracking.set(Long.MAX_VALUE);
    assertFalse(fence.open());
    bus.set(clock.get() + 1);
    assertTrue(fence.open());
    assertEquals("open", fence.detail());
  }

  private void addBoth() {
    fence.add(new Fence.Source("bus", bus::get, () -> "silent"));
    fence.add(new Fence.Source("tracking", tracking::get, () -> "lost"));
    assertEquals(2, fence.sources().size());
  }
}
