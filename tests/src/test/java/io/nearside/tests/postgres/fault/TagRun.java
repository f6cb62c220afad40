package io.nearside.tests.postgres.fault;

import io.nearside.tests.postgres.PostgresFleet;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.TamperProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Many clients on few server connections in transaction mode, a primary and a replica behind
 * proxies that spoil connections. Blocking; used once.
 */
final class TagRun implements AutoCloseable {
  private static final int POOL_MAX = 6;
  private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(30);

  private final PostgresServer primary;
  private final PostgresServer replica;
  private final TamperProxy toPrimary;
  private final TamperProxy toReplica;
  private final PostgresFleet fleet;
  private final SplittableRandom random;
  private final TagLedger ledger = new TagLedger();
  private final AtomicBoolean running = new AtomicBoolean(true);

  TagRun(long seed, int acquireMillis) {
    random = new SplittableRandom(seed);
    System.out.printf("desynchronisation: seed %d%n", seed);
    primary = PostgresServer.start();
    primary.sql(TagSession.SCHEMA);
    replica = PostgresServer.replicaOf(primary);
    toPrimary = TamperProxy.inFrontOf(primary.port());
    toReplica = TamperProxy.inFrontOf(replica.port());
    fleet =
        PostgresFleet.alone(
            PostgresYaml.inFrontOf(
                    primary.folder(),
                    List.of("127.0.0.1:" + toPrimary.port(), "127.0.0.1:" + toReplica.port()))
                .with("pool.mode", "transaction")
                .with("pool.min", "1")
                .with("pool.max", "" + POOL_MAX)
                .with("pool.acquireMillis", "" + acquireMillis)
                .with("pool.connectMillis", "1000")
                .with("pool.preparedStatementsMax", "8")
                .with("routing.watchMillis", "100")
                .with("routing.ejectMillis", "200")
                .with("readYourWrites.scope", "pod"));
  }

  /**
   * Runs clients for a while, then sees whether all is well again.
   *
   * @param unruly whether clients leave in the middle and cancel
   * @param spoiled whether servers and network fail
   */
  TagLedger run(int clients, Duration time, boolean unruly, boolean spoiled)
      throws InterruptedException {
    var spoiling = new AtomicBoolean(spoiled);
    List<Future<?>> tasks = new ArrayList<>();
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      for (int i = 0; i < clients; i++) {
        tasks.add(threads.submit(new TagClient(fleet, i, ledger, random.split(), running, unruly)));
      }
      Future<?> faults =
          threads.submit(
              new ServerFaults(
                  primary, replica, toPrimary, toReplica, ledger, random.split(), spoiling));
      LockSupport.parkNanos(time.toNanos());
      spoiling.set(false);
      faults.get();
      running.set(false);
      for (Future<?> task : tasks) {
        task.get();
      }
      recover();
      ledger.settle(found());
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      spoiling.set(false);
      running.set(false);
    }
    System.out.println("desynchronisation: " + ledger);
    return ledger;
  }

  /** New clients are served without an error, and nothing is left behind at the server. */
  private void recover() {
    long deadline = System.nanoTime() + RECOVERED_WITHIN.toNanos();
    while (!served()) {
      if (System.nanoTime() > deadline) {
        ledger.convict("the pool does not serve again");
        return;
      }
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
    String left = "";
    do {
      left =
          primary.value(
              "SELECT string_agg(state || ' ' || query, '; ') FROM pg_stat_activity"
                  + " WHERE usename = 'app' AND state <> 'idle'");
      if (left.equals("null")) {
        String open = primary.value("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app'");
        if (Integer.parseInt(open) <= POOL_MAX) {
          return;
        }
        left = open + " connections";
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    } while (System.nanoTime() < deadline);
    ledger.convict("left at the server: " + left);
  }

  /** Whether the pool serves more clients than it has connections, one after the other. */
  private boolean served() {
    for (int i = 0; i < 2 * POOL_MAX; i++) {
      try (RawPostgres probe = fleet.connect(0)) {
        if (!probe.rows("SELECT 1").equals(List.of(List.of("1")))) {
          return false;
        }
      } catch (IOException notYet) {
        ledger.count("probe failed");
        return false;
      }
    }
    return true;
  }

  private Map<String, Integer> found() {
    Map<String, Integer> found = new HashMap<>();
    primary
        .sql("SELECT tag, count(*) FROM written GROUP BY tag")
        .forEach(
            row ->
                found.put(
                    String.valueOf(row.get(0)), Integer.parseInt(String.valueOf(row.get(1)))));
    return found;
  }

  @Override
  public void close() {
    fleet.close();
    toReplica.close();
    toPrimary.close();
    replica.close();
    primary.close();
  }
}
