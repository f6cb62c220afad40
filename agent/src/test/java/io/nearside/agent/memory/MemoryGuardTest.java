package io.nearside.agent.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What gives way, in which order. */
final class MemoryGuardTest {
  private static final long MIB = 1 << 20;
  private static final long SECOND = 1_000_000_000;

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger collections = new AtomicInteger();
  private long containerMib = 100;
  private long directMib;
  private long heapLiveMib = 20;
  private long limit = -1;
  private long configuredMib = 32;
  private long nanos;
  private final MemoryGuard guard =
      new MemoryGuard(vertx, new Cache(), this::sample, collections::incrementAndGet, () -> nanos);

  private final class Cache implements MemoryGuard.Cache {
    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public long configuredBytes() {
      return configuredMib * MIB;
    }

    @Override
    public void limit(long bytes) {
      limit = bytes;
    }
  }

  private MemorySample sample() {
    return new MemorySample(
        80 * MIB, heapLiveMib * MIB, 0, directMib * MIB, 32 * MIB, containerMib * MIB, 192 * MIB);
  }

  @AfterEach
  void close() {
    var _ = vertx.close();
  }

  private void look() {
    nanos += SECOND;
    guard.look();
  }

  @Test
  void container_full_cacheShrinksBeforeClientsAreRefused() {
    containerMib = 188;
    look();
    assertEquals(16 * MIB, limit);
    assertEquals(1, guard.shrinks());
    assertFalse(guard.refusesClients());
    for (int i = 0; i < 30; i++) {
      look();
    }
    assertEquals(0, limit);
    assertTrue(guard.refusesClients());
    containerMib = 100;
    look();
    assertFalse(guard.refusesClients());
    for (int i = 0; i < 60; i++) {
      look();
    }
    assertEquals(32 * MIB, limit);
  }

  @Test
  void container_full_heapIsCollectedNowAndThen() {
    containerMib = 188;
    for (int i = 0; i < 31; i++) {
      look();
    }
    assertEquals(3, collections.get());
  }

  /** Nobody else would collect it: those who would fill it are refused. */
  @Test
  void heap_full_isCollectedUntilItIsNot() {
    heapLiveMib = 78;
    for (int i = 0; i < 31; i++) {
      look();
    }
    assertEquals(0, limit);
    assertTrue(guard.refusesClients());
    assertEquals(3, collections.get());
    heapLiveMib = 20;
    for (int i = 0; i < 60; i++) {
      look();
    }
    assertEquals(32 * MIB, limit);
    assertFalse(guard.refusesClients());
    assertEquals(3, collections.get());
  }

  @Test
  void buffers_full_clientsAreRefusedAndTheCacheStays() {
    directMib = 31;
    look();
    assertTrue(guard.refusesClients());
    assertEquals(-1, limit);
    directMib = 20;
    look();
    assertFalse(guard.refusesClients());
  }

  @Test
  void configuration_smaller_isFollowed() {
    configuredMib = 8;
    look();
    containerMib = 188;
    look();
    assertEquals(4 * MIB, limit);
  }
}
