package io.nearside.cluster.local;

import io.nearside.cluster.BusClock;
import io.nearside.cluster.Pulse;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** The machine's clocks, and a thread per bus. */
final class RealTime implements HubTime {
  private final BusClock clock = BusClock.system();
  private final SecureRandom random = new SecureRandom();

  @Override
  public long nanos() {
    return clock.nanos();
  }

  @Override
  public long wallNanos() {
    return clock.wallNanos();
  }

  @Override
  public void after(long delayNanos, Runnable task) {
    if (delayNanos <= 0) {
      task.run();
    } else {
      CompletableFuture.delayedExecutor(delayNanos, TimeUnit.NANOSECONDS, Runnable::run)
          .execute(task);
    }
  }

  @Override
  public Pulse pulse() {
    return Pulse.thread("nearside-bus");
  }

  @Override
  public RandomGenerator random() {
    return random;
  }
}
