package io.nearside.tests.inject.server;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits with a deadline that a loaded machine meets. */
final class Until {
  private static final Duration WITHIN = Duration.ofSeconds(40);

  private Until() {}

  /** Waits until something holds; else fails with what {@code state} says then. */
  static void holds(BooleanSupplier condition, Supplier<String> state) {
    long deadline = System.nanoTime() + WITHIN.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + WITHIN + ": " + state.get());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /** The result of a future, or its failure. */
  static <T> T done(Future<T> future) throws InterruptedException, ExecutionException {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(WITHIN.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("no answer within " + WITHIN, e);
    }
  }
}
