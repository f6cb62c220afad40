package io.nearside.agent.postgres.upstream;

import static io.nearside.agent.postgres.upstream.BudgetSimulation.MILLI;

import io.nearside.cluster.Demand;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One process of a {@link BudgetSimulation}: a budget, a pool, a ledger connection. */
final class SimulatedSidecar implements BudgetShare.Environment, BudgetPeers, BudgetUser {
  static final long CLOSE_MILLIS_MAX = 5;
  private static final long STEP_MILLIS = 100;
  private static final long BEAT_MILLIS = 170;
  private static final long SILENT_MILLIS = 1_000;
  private static final long ALONE_MILLIS = 3_000;

  /** Its ledger connection, as the server sees it. */
  static final class LedgerSession {
    boolean alive = true;
    boolean silent;
  }

  private record Heard(Demand demand, long atNanos) {}

  final String name;
  private final BudgetSimulation simulation;
  private final BudgetShare share;
  private final Queue<Runnable> inbox = new ArrayDeque<>();
  private final Map<String, Heard> heard = new HashMap<>();
  private @Nullable LedgerSession session;
  private boolean noticing;
  private boolean stopped;
  private boolean dead;
  private boolean leaving;
  private boolean joined = true;
  private long aloneSinceNanos = Long.MAX_VALUE;
  private int open;
  private int closing;
  private int wanted;
  private int saidWanted;
  private int saidHeld;
  int side;

  SimulatedSidecar(String name, BudgetSimulation simulation) {
    this.name = name;
    this.simulation = simulation;
    wanted = simulation.random.nextInt(30);
    share =
        new BudgetShare(simulation.settings, this, new FakeLedger(), this, this) {
          @Override
          boolean isMember() {
            return super.isMember() || !simulation.rules.leftAloneGivesBack();
          }
        };
  }

  void start() {
    connect();
    every(STEP_MILLIS, this::turn);
    every(BEAT_MILLIS, this::beat);
  }

  // Its process.

  /** In this process: later, when it is stopped; never, when it is dead. */
  private void inProcess(Runnable task) {
    if (stopped) {
      inbox.add(task);
    } else if (!dead) {
      task.run();
    }
  }

  private void every(long millis, Runnable task) {
    simulation.after(
        millis * MILLI,
        () -> {
          if (!dead) {
            if (!stopped) {
              task.run();
            }
            every(millis, task);
          }
        });
  }

  private long latency() {
    return 200_000 + simulation.random.nextLong(3 * MILLI);
  }

  void stopOrContinue() {
    if (!stopped && !noticing) {
      stopped = true;
      simulation.stops++;
    } else if (stopped) {
      stopped = false;
      aloneSinceNanos = joined ? Long.MAX_VALUE : nanos();
      for (Runnable next = inbox.poll(); next != null && !dead; next = inbox.poll()) {
        next.run();
      }
    }
  }

  void crash() {
    dead = true;
    end(session);
    open = 0;
    closing = 0;
  }

  /** In good order: first the pool, then the ledger connection. */
  void leave() {
    leaving = true;
  }

  // Its pool.

  @Override
  public int open() {
    return open + closing;
  }

  int connections() {
    return open() + (session != null && session.alive ? 1 : 0);
  }

  @Override
  public int wanted() {
    return leaving ? 0 : wanted;
  }

  void wantOther() {
    wanted = simulation.random.nextInt(simulation.random.nextInt(4) > 0 ? 40 : 6);
  }

  void want(int connections) {
    wanted = connections;
  }

  @Override
  public void allowed(int connections, boolean atOnce) {
    if (atOnce) {
      close(open - connections);
    }
    grow();
  }

  private void turn() {
    share.step();
    int beyond = Math.max(0, open - Math.min(share.allowed(), wanted()));
    for (int i = 0; i < beyond; i++) {
      // As transactions end.
      if (simulation.random.nextInt(3) == 0) {
        close(1);
      }
    }
    grow();
    if (leaving && open() == 0) {
      simulation.fleet.remove(this);
      crash();
    }
  }

  private void grow() {
    while (open() < Math.min(share.allowed(), wanted())) {
      open++;
    }
  }

  private void close(int count) {
    for (int i = 0; i < count; i++) {
      open--;
      closing++;
      simulation.after(
          1 + simulation.random.nextLong(CLOSE_MILLIS_MAX * MILLI),
          () -> {
            if (!dead) {
              closing--;
            }
          });
    }
  }

  // Its ledger.

  private void connect() {
    if (dead) {
      return;
    }
    LedgerSession mine = new LedgerSession();
    session = mine;
    simulation.after(
        latency(),
        () ->
            inProcess(
                () -> {
                  if (session == mine && mine.alive) {
                    share.ledgerUp();
                  }
                }));
  }

  private void end(@Nullable LedgerSession ended) {
    if (ended != null) {
      ended.alive = false;
      simulation.locks.values().removeIf(holder -> holder == ended);
    }
  }

  /** By somebody at the server. */
  void killLedger() {
    LedgerSession killed = session;
    boolean may = !stopped || simulation.rules.killsStopped();
    if (killed == null || !killed.alive || killed.silent || noticing || !may) {
      return;
    }
    simulation.kills++;
    end(killed);
    noticing = true;
    simulation.after(
        simulation.noticeNanos(),
        () ->
            inProcess(
                () -> {
                  noticing = false;
                  if (session == killed) {
                    share.ledgerLost("killed");
                    reconnect();
                  }
                }));
  }

  private void reconnect() {
    session = null;
    simulation.after(
        (50 + simulation.random.nextLong(400)) * MILLI, () -> inProcess(this::connect));
  }

  /** Nothing comes through any more, but the server does not know. */
  void silenceLedger() {
    if (session != null && !noticing) {
      session.silent = true;
    }
  }

  /** To the server and back; what it answers is heard in the same life only. */
  private void ask(Runnable atServer, Runnable answered) {
    LedgerSession asked = session;
    if (asked == null) {
      return;
    }
    simulation.after(
        latency(),
        () -> {
          if (asked.alive && !asked.silent) {
            atServer.run();
            simulation.after(
                latency(),
                () ->
                    inProcess(
                        () -> {
                          if (session == asked && !asked.silent) {
                            answered.run();
                          }
                        }));
          }
        });
  }

  private final class FakeLedger implements BudgetShare.Ledger {
    @Override
    public void acquire(int count, int slots) {
      LedgerSession mine = session;
      List<Integer> obtained = new ArrayList<>();
      long askedNanos = nanos();
      ask(
          () -> {
            List<Integer> free = new ArrayList<>();
            for (int slot = 0; slot < slots; slot++) {
              if (!simulation.locks.containsKey(slot) || !simulation.rules.locksKept()) {
                free.add(slot);
              }
            }
            Collections.shuffle(free, simulation.random);
            for (int slot : free.subList(0, Math.min(count, free.size()))) {
              simulation.locks.put(slot, mine);
              simulation.grants++;
              obtained.add(slot);
            }
          },
          () -> {
            share.ledgerAnswered(askedNanos);
            share.acquired(obtained);
          });
    }

    @Override
    public void release(List<Integer> slots) {
      LedgerSession mine = session;
      ask(
          () -> slots.forEach(slot -> simulation.locks.remove(slot, mine)),
          () -> share.released(slots));
    }

    @Override
    public void restart(String why) {
      // The extra connections are closed in the same turn; the new holder rests.
      end(session);
      reconnect();
    }
  }

  // The bus.

  private void beat() {
    long asked = nanos();
    ask(() -> {}, () -> share.ledgerAnswered(asked));
    if (!joined) {
      return;
    }
    Demand said = new Demand(name, saidWanted, saidHeld);
    for (SimulatedSidecar other : simulation.fleet) {
      if (other != this && linked(other) && simulation.random.nextInt(10) > 0) {
        simulation.after(
            simulation.random.nextLong(100 * MILLI),
            () -> other.inProcess(() -> other.heard.put(name, new Heard(said, other.nanos()))));
      }
    }
  }

  private boolean linked(SimulatedSidecar other) {
    return joined && other.joined && side == other.side;
  }

  void loseOrJoinCluster() {
    joined = !joined;
    aloneSinceNanos = joined ? Long.MAX_VALUE : nanos();
  }

  /** Has had all the time it may take to give back. */
  boolean isLongAlone() {
    return !joined && !stopped && !dead && nanos() - aloneSinceNanos > ALONE_MILLIS * MILLI;
  }

  @Override
  public boolean joined() {
    return joined;
  }

  @Override
  public int sidecars() {
    return 1 + (int) simulation.fleet.stream().filter(o -> o != this && linked(o)).count();
  }

  @Override
  public String self() {
    return name;
  }

  @Override
  public List<Demand> demands() {
    List<Demand> recent = new ArrayList<>();
    for (Heard each : heard.values()) {
      if (nanos() - each.atNanos < SILENT_MILLIS * MILLI) {
        recent.add(each.demand);
      }
    }
    return recent;
  }

  @Override
  public void say(int wantedSlots, int heldSlots) {
    saidWanted = wantedSlots;
    saidHeld = heldSlots;
  }

  // Time and chance.

  @Override
  public long nanos() {
    return simulation.time.nanos();
  }

  @Override
  public RandomGenerator random() {
    return simulation.random;
  }

  BudgetState state() {
    return share.state();
  }

  @Override
  public String toString() {
    return name + "{open " + open + ", closing " + closing + ", stopped " + stopped + "}";
  }
}
