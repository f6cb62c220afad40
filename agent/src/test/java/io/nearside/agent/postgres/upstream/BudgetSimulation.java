package io.nearside.agent.postgres.upstream;

import io.nearside.cluster.local.VirtualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * A fleet on one server in virtual time, and the checker of two promises, after every event:
 *
 * <ol>
 *   <li>all connections at the server, ledgers included, are never more than the budget;
 *   <li>who has not been in the cluster for a while has its guaranteed share only.
 * </ol>
 *
 * <p>Sidecars come, leave, crash (their connections end at once), stop (they keep connections and
 * locks), lose the cluster, are partitioned on the bus; ledger connections are killed alone, or
 * fall silent. <b>Assumed</b>, as the budget does: whose ledger connection ends alone notices
 * within the grace. A sidecar is therefore not stopped between the end and its notice, nor is the
 * ledger connection of a stopped one killed, unless the rules say so.
 */
final class BudgetSimulation {
  static final long MILLI = 1_000_000L;

  /** What holds in a run; a test breaks one of them. */
  record Rules(
      boolean graceKept, boolean locksKept, boolean killsStopped, boolean leftAloneGivesBack) {
    static final Rules KEPT = new Rules(true, true, false, true);
  }

  final long seed;
  final Rules rules;
  final Random random;
  final VirtualTime time;
  final BudgetSettings settings;
  final List<SimulatedSidecar> fleet = new ArrayList<>();

  /** The server: who holds which lock. */
  final TreeMap<Integer, SimulatedSidecar.LedgerSession> locks = new TreeMap<>();

  /** Found; empty when the promises held. */
  final List<String> violations = new ArrayList<>();

  // What happened, so that a run in which nothing did is not taken for a success.
  long checks;
  long full;
  long grants;
  long kills;
  long stops;
  long crashes;
  long lonely;
  private int nextName;

  BudgetSimulation(long seed, Rules rules) {
    this.seed = seed;
    this.rules = rules;
    random = new Random(seed);
    time = new VirtualTime(random.nextLong());
    double size = random.nextDouble();
    int sidecarsMax = 1 + (int) (size * size * 20);
    int guaranteed = 2 + random.nextInt(3);
    int slots = random.nextInt(40);
    long graceMillis = rules.graceKept ? 100 + random.nextInt(600) : 0;
    settings =
        new BudgetSettings(guaranteed * sidecarsMax + slots, guaranteed, sidecarsMax, graceMillis);
  }

  /** How long a sidecar takes to notice that its ledger connection has ended. */
  long noticeNanos() {
    long graceMillis = rules.graceKept ? settings.graceMillis() : 400;
    return random.nextLong((graceMillis - 2 * SimulatedSidecar.CLOSE_MILLIS_MAX) * MILLI);
  }

  void after(long nanos, Runnable task) {
    time.after(
        nanos,
        () -> {
          task.run();
          check();
        });
  }

  BudgetSimulation run(long millis) {
    // Often as many as there may be: the limit is reached only then.
    int missing = random.nextBoolean() ? 0 : random.nextInt(settings.sidecarsMax());
    for (int i = missing; i < settings.sidecarsMax(); i++) {
      join();
    }
    long end = time.nanos() + millis * MILLI;
    while (time.nanos() < end && violations.isEmpty()) {
      act();
      check();
      time.advance(random.nextLong(60 * MILLI));
    }
    return this;
  }

  /** As many as there may be, with steady demand, and nothing goes wrong. */
  BudgetSimulation runQuietly(long millis) {
    while (fleet.size() < settings.sidecarsMax()) {
      join();
    }
    for (long passed = 0; passed < millis && violations.isEmpty(); passed += 100) {
      time.advance(100 * MILLI);
    }
    return this;
  }

  private void join() {
    SimulatedSidecar sidecar = new SimulatedSidecar("s" + nextName++, this);
    fleet.add(sidecar);
    sidecar.start();
  }

  private void act() {
    int dice = random.nextInt(100);
    SimulatedSidecar one = fleet.isEmpty() ? null : fleet.get(random.nextInt(fleet.size()));
    if (one == null || dice < 6) {
      while (fleet.size() < settings.sidecarsMax()) {
        join();
      }
    } else if (dice < 9) {
      crashes++;
      one.crash();
      fleet.remove(one);
    } else if (dice < 11) {
      one.leave();
    } else if (dice < 25) {
      one.killLedger();
    } else if (dice < 28) {
      one.silenceLedger();
    } else if (dice < 40) {
      one.stopOrContinue();
    } else if (dice < 46) {
      one.loseOrJoinCluster();
    } else if (dice < 50) {
      one.side = random.nextInt(2);
    } else if (dice < 54) {
      fleet.forEach(each -> each.side = 0);
    } else if (dice < 85) {
      one.wantOther();
    }
  }

  /** The number of connections at the server. */
  int connections() {
    int sum = 0;
    for (SimulatedSidecar sidecar : fleet) {
      sum += sidecar.connections();
    }
    return sum;
  }

  private void check() {
    checks++;
    int connections = connections();
    if (connections == settings.maxServerConnections()) {
      full++;
    }
    if (connections > settings.maxServerConnections()) {
      violation(connections + " connections, " + settings.maxServerConnections() + " allowed");
    }
    for (SimulatedSidecar sidecar : fleet) {
      if (sidecar.isLongAlone()) {
        lonely++;
        if (sidecar.open() > settings.withoutSlot()) {
          violation(sidecar + " has no cluster and keeps " + sidecar.open());
        }
      }
    }
  }

  private void violation(String what) {
    violations.add(
        "seed %d at %d ms: %s; %s %s".formatted(seed, time.nanos() / MILLI, what, settings, fleet));
  }
}
