package io.nearside.tests.postgres.ryw;

import io.nearside.tests.stack.PostgresServer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes replicas fall behind and catch up, and writers come and go, at random. One thread runs it;
 * all replicas replay again when it ends.
 */
final class ReplayFaults implements Runnable {
  private final List<PostgresServer> replicas;
  private final SplittableRandom random;
  private final AtomicBoolean running;
  private final AtomicBoolean writing;

  ReplayFaults(
      List<PostgresServer> replicas,
      SplittableRandom random,
      AtomicBoolean running,
      AtomicBoolean writing) {
    this.replicas = replicas;
    this.random = random;
    this.running = running;
    this.writing = writing;
  }

  @Override
  public void run() {
    while (running.get()) {
      writing.set(random.nextInt(3) > 0);
      PostgresServer replica = replicas.get(random.nextInt(replicas.size()));
      switch (random.nextInt(4)) {
        case 0 -> replica.delayReplay(Duration.ofMillis(random.nextInt(10, 150)));
        case 1 -> {
          replica.pauseReplay();
          pause(300);
          replica.resumeReplay();
        }
        default -> replica.delayReplay(Duration.ZERO);
      }
      pause(400);
    }
    for (PostgresServer replica : replicas) {
      replica.delayReplay(Duration.ZERO);
    }
  }

  private void pause(int millisMax) {
    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(50, millisMax)).toNanos());
  }
}
