package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** {@link Pinned} and {@link Scopes} at their limits and one past them. */
final class LimitsTest {
  @Test
  void pinned_atItsLimit_givesNoMoreUntilOneIsReleased() {
    var pinned = new Pinned(2);
    assertTrue(pinned.tryTake());
    assertTrue(pinned.tryTake());
    assertFalse(pinned.tryTake());
    assertEquals(2, pinned.taken());
    pinned.released();
    assertTrue(pinned.tryTake());
    assertFalse(pinned.tryTake());
  }

  @Test
  void pinned_none_givesNone() {
    assertFalse(new Pinned(0).tryTake());
  }

  @Test
  void pinned_manyThreads_neverExceedsItsLimit() throws Exception {
    var pinned = new Pinned(3);
    var held = new AtomicInteger();
    var most = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    for (int t = 0; t < 4; t++) {
      threads.execute(
          () -> {
            for (int i = 0; i < 20_000; i++) {
              if (pinned.tryTake()) {
                most.accumulateAndGet(held.incrementAndGet(), Math::max);
                held.decrementAndGet();
                pinned.released();
              }
            }
          });
    }
    threads.shutdown();
    assertTrue(threads.awaitTermination(30, TimeUnit.SECONDS));
    assertTrue(most.get() <= 3, "held at once: " + most);
    assertEquals(0, pinned.taken());
  }

  @Test
  void scopes_sameValues_areOneScope() {
    var scopes = new Scopes();
    var user = new Scope.Credentials("u", "p");
    assertSame(scopes.of(user, 2, 0), scopes.of(new Scope.Credentials("u", "p"), 2, 0));
    assertNotSame(scopes.of(user, 2, 0), scopes.of(user, 3, 0));
    assertNotSame(scopes.of(user, 2, 0), scopes.of(user, 2, 1));
    assertNotSame(scopes.of(user, 2, 0), scopes.of(null, 2, 0));
    assertNotSame(scopes.of(user, 2, 0), scopes.of(new Scope.Credentials("u", "q"), 2, 0));
  }

  @Test
  void scopes_onePastTheLimit_isRefused_knownOnesStay() {
    var scopes = new Scopes();
    Set<Integer> ids = new HashSet<>();
    for (int database = 0; database < Scopes.SCOPES_MAX; database++) {
      Scope scope = scopes.of(null, 2, database);
      assertNotNull(scope);
      assertTrue(ids.add(scope.id()), "an id was given twice");
    }
    assertNull(scopes.of(null, 2, Scopes.SCOPES_MAX));
    assertNotNull(scopes.of(null, 2, Scopes.SCOPES_MAX - 1));
  }

  @Test
  void credentials_asText_hideThePassword() {
    assertFalse(new Scope.Credentials("u", "sesame").toString().contains("sesame"));
  }
}
