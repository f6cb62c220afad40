package io.nearside.tests.postgres.fault;

import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.TamperProxy;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Spoils servers and the network before them at random; all is well again when it ends. */
final class ServerFaults implements Runnable {
  private static final List<Fault> FAULTS = List.of(Fault.values());

  private enum Fault {
    TERMINATE_ONE,
    TERMINATE_ONE_AGAIN,
    TERMINATE_ALL,
    CUT_RESET,
    CUT_FIN,
    CUT_LATER,
    HALF_OPEN,
    FREEZE,
    REFUSE,
    STOP_PRIMARY,
    KILL_REPLICA
  }

  private final PostgresServer primary;
  private final PostgresServer replica;
  private final TamperProxy toPrimary;
  private final TamperProxy toReplica;
  private final TagLedger ledger;
  private final SplittableRandom random;
  private final AtomicBoolean running;

  ServerFaults(
      PostgresServer primary,
      PostgresServer replica,
      TamperProxy toPrimary,
      TamperProxy toReplica,
      TagLedger ledger,
      SplittableRandom random,
      AtomicBoolean running) {
    this.primary = primary;
    this.replica = replica;
    this.toPrimary = toPrimary;
    this.toReplica = toReplica;
    this.ledger = ledger;
    this.random = random;
    this.running = running;
  }

  @Override
  public void run() {
    while (running.get()) {
      pause(100, 500);
      Fault fault = FAULTS.get(random.nextInt(FAULTS.size()));
      ledger.count("fault " + fault);
      commit(fault, random.nextInt(3) > 0 ? toPrimary : toReplica);
    }
  }

  private void commit(Fault fault, TamperProxy way) {
    switch (fault) {
      case TERMINATE_ONE, TERMINATE_ONE_AGAIN ->
          primary.sql(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                  + " WHERE usename = 'app' ORDER BY random() LIMIT 1");
      case TERMINATE_ALL ->
          primary.sql(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
      case CUT_RESET -> way.cutAll(TamperProxy.Cut.RESET);
      case CUT_FIN -> way.cutAll(TamperProxy.Cut.FIN);
      case CUT_LATER -> {
        // Holds for every connection, also for those that are made meanwhile.
        way.cutAfter(TamperProxy.Direction.TO_CLIENT, random.nextLong(5_000));
        pause(100, 400);
        way.cutAfter(TamperProxy.Direction.TO_CLIENT, -1);
      }
      case HALF_OPEN -> {
        way.halfOpen(true);
        pause(100, 400);
        way.halfOpen(false);
      }
      case FREEZE -> {
        way.freeze(true);
        pause(100, 400);
        way.freeze(false);
      }
      case REFUSE -> {
        way.refuse(true);
        way.cutAll(TamperProxy.Cut.RESET);
        pause(100, 400);
        way.refuse(false);
      }
      case STOP_PRIMARY -> {
        primary.stopImmediately();
        pause(50, 300);
        primary.restart();
      }
      case KILL_REPLICA -> {
        replica.kill();
        pause(50, 300);
        replica.restart();
      }
    }
  }

  private void pause(int millisMin, int millisMax) {
    LockSupport.parkNanos(Duration.ofMillis(random.nextInt(millisMin, millisMax)).toNanos());
  }
}
