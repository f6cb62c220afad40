package io.nearside.tests.chaos;

import io.nearside.tests.linear.StrongPlan;
import io.nearside.tests.linear.StrongRun;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Clients of strongly consistent keys, beside those of a run. */
final class StrongClients {
  private static final Duration LONGEST = Duration.ofMinutes(10);
  private static final int KEYS = 4;
  private static final int CLIENTS_PER_SIDECAR = 1;
  private static final int WRITE_PERCENT = 12;
  private static final int THINK_MAX_MICROS = 20_000;
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  private final CompletableFuture<StrongRun.Figures> figures;
  private volatile boolean stopped;

  private StrongClients(ChaosFleet fleet, StrongPlan plan) {
    this.figures =
        CompletableFuture.supplyAsync(() -> StrongRun.runWhile(fleet, plan, () -> !stopped));
  }

  static StrongClients start(ChaosFleet fleet, long seed) {
    return new StrongClients(
        fleet,
        new StrongPlan(
            seed,
            LONGEST,
            KEYS,
            CLIENTS_PER_SIDECAR,
            WRITE_PERCENT,
            THINK_MAX_MICROS,
            REQUEST_TIMEOUT));
  }

  /**
   * Ends them and judges what they saw.
   *
   * @throws IllegalStateException when their run failed
   */
  StrongRun.Figures stop() {
    stopped = true;
    try {
      return figures.join();
    } catch (CompletionException failed) {
      throw new IllegalStateException("the strong clients failed", failed.getCause());
    }
  }
}
