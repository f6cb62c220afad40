package io.nearside.tests.postgres.ryw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Four sidecars, replicas that fall behind, every way to write and to read. {@code
 * nearside.ryw.seconds} makes a run longer, {@code nearside.ryw.seed} repeats its choices.
 */
final class ReadYourWritesTest {
  private static final Duration TIME =
      Duration.ofSeconds(Integer.getInteger("nearside.ryw.seconds", 6));

  private static final int STRICT_MILLIS = 20;

  private static long seed() {
    return Long.getLong("nearside.ryw.seed", System.nanoTime());
  }

  @ParameterizedTest
  @CsvSource({"session, SESSION", "pod, POD", "cluster, CLUSTER"})
  void scope_laggingReplicas_noReadIsOlderThanPromised(String scope, Promise promise)
      throws InterruptedException {
    try (var run = new ReadYourWritesRun(scope, seed())) {
      Ledger ledger = run.run(promise, TIME);
      assertEquals(List.of(), ledger.violations());
      assertEquals(List.of(), ledger.errors());
      assertTrue(ledger.counted("writes") > 100, ledger::toString);
      assertTrue(ledger.counted("bound reads from replica") > 50, ledger::toString);
    }
  }

  /** The next weaker scope must be caught by the checker, or it would catch nothing. */
  @ParameterizedTest
  @CsvSource({"'off', SESSION", "session, POD", "pod, CLUSTER"})
  void scope_judgedByMoreThanItPromises_isConvicted(String scope, Promise promise)
      throws InterruptedException {
    try (var run = new ReadYourWritesRun("'" + scope + "'", seed())) {
      Ledger ledger = run.run(promise, STRICT_MILLIS, TIME, () -> {});
      assertFalse(ledger.violations().isEmpty(), ledger::toString);
    }
  }

  @ParameterizedTest
  @CsvSource({"session, SESSION", "cluster, CLUSTER"})
  void promotion_lateReplica_noAcknowledgedWriteIsMissed(String scope, Promise promise)
      throws InterruptedException {
    try (var run = new ReadYourWritesRun(scope, seed())) {
      Ledger ledger =
          run.run(promise, ReadYourWritesRun.STALENESS_MILLIS, TIME.plusSeconds(4), run::promote);
      assertEquals(List.of(), ledger.violations());
      assertTrue(ledger.counted("bound reads from replica") > 50, ledger::toString);
    }
  }
}
