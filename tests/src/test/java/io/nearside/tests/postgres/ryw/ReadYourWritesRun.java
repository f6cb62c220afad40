package io.nearside.tests.postgres.ryw;

import io.nearside.tests.postgres.PostgresFleet;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Four sidecars in front of a primary and two replicas that fall behind; clients write and read
 * counters; a ledger judges. Blocking; used once.
 */
final class ReadYourWritesRun implements AutoCloseable {
  static final int STALENESS_MILLIS = 500;

  private static final int SIDECARS = 4;
  private static final int CLIENTS_PER_SIDECAR = 2;
  private static final int KEYS = 6;

  private final PostgresServer primary;
  private final List<PostgresServer> replicas = new ArrayList<>();
  private final PostgresFleet fleet;
  private final SplittableRandom random;
  private final AtomicBoolean running = new AtomicBoolean(true);
  private final AtomicBoolean writing = new AtomicBoolean(true);
  private final AtomicBoolean lagging = new AtomicBoolean(true);

  /**
   * Starts servers and sidecars.
   *
   * @param scope as {@code readYourWrites.scope}
   */
  ReadYourWritesRun(String scope, long seed) {
    random = new SplittableRandom(seed);
    System.out.printf("read-your-writes: scope %s, seed %d%n", scope, seed);
    primary = PostgresServer.start();
    try {
      primary.sql(CounterSession.SCHEMA);
      for (int i = 0; i < 2; i++) {
        replicas.add(PostgresServer.replicaOf(primary));
      }
      PostgresYaml yaml =
          PostgresYaml.inFrontOf(primary, replicas.toArray(PostgresServer[]::new))
              .with("pool.mode", "transaction")
              .with("pool.min", "0")
              .with("pool.max", "4")
              .with("routing.watchMillis", "50")
              .with("routing.choice", "round-robin")
              .with("routing.maxLagMillis", "60000")
              .with("readYourWrites.scope", scope);
      fleet = PostgresFleet.start(SIDECARS, STALENESS_MILLIS, yaml);
    } catch (RuntimeException e) {
      closeServers();
      throw e;
    }
  }

  /** Runs clients for a while and gives the verdict on what the promise says. */
  Ledger run(Promise promise, Duration time) throws InterruptedException {
    return run(promise, STALENESS_MILLIS, time, () -> {});
  }

  /**
   * The same with something that happens in the middle.
   *
   * @param stalenessMillis what is demanded of {@link Promise#CLUSTER}
   */
  Ledger run(Promise promise, int stalenessMillis, Duration time, Runnable inTheMiddle)
      throws InterruptedException {
    var ledger = new Ledger(promise, KEYS, stalenessMillis, System::nanoTime);
    var sessions = new AtomicLong();
    List<Future<?>> tasks = new ArrayList<>();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      tasks.add(
          threads.submit(
              new ReplayFaults(List.copyOf(replicas), random.split(), lagging, writing)));
      for (int i = 0; i < SIDECARS * CLIENTS_PER_SIDECAR; i++) {
        tasks.add(
            threads.submit(
                new CounterClient(
                    fleet, i % SIDECARS, ledger, random.split(), sessions, running, writing)));
      }
      LockSupport.parkNanos(time.toNanos() / 2);
      inTheMiddle.run();
      LockSupport.parkNanos(time.toNanos() / 2);
      running.set(false);
      lagging.set(false);
      for (Future<?> task : tasks) {
        task.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      running.set(false);
      lagging.set(false);
    }
    System.out.println("read-your-writes: " + ledger);
    return ledger;
  }

  /**
   * The primary ends in order, so that its replicas get all that it acknowledged; one of them is
   * promoted while the other has not yet replayed everything, and goes on so for a while.
   */
  void promote() {
    lagging.set(false);
    writing.set(true);
    LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
    PostgresServer heir = replicas.get(0);
    PostgresServer late = replicas.get(1);
    late.pauseReplay();
    LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
    primary.stop();
    heir.promote();
    LockSupport.parkNanos(Duration.ofSeconds(1).toNanos());
    late.follow(heir);
    late.resumeReplay();
  }

  @Override
  public void close() {
    fleet.close();
    closeServers();
  }

  private void closeServers() {
    replicas.forEach(PostgresServer::close);
    primary.close();
  }
}
