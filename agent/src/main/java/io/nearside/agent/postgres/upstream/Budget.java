package io.nearside.agent.postgres.upstream;

import io.nearside.cluster.InvalidationBus;
import io.nearside.config.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * This sidecar's part in the fleet's budget of connections to one server and database. The server
 * keeps the ledger ({@link LedgerConnection}); the bus carries the demand; {@link BudgetShare}
 * decides. Lives on the Vert.x context that starts it: all calls and callbacks are made there.
 */
public final class Budget {
  private static final long STEP_MILLIS = 50;
  private static final long BEAT_MILLIS_MIN = 50;
  private static final long BEAT_MILLIS_MAX = 1_000;

  private final Vertx vertx;
  private final BudgetPeers peers;
  private final LedgerConnection ledger;
  private final BudgetShare share;
  private long stepTimer = -1;
  private boolean closed;

  private Budget(
      Vertx vertx,
      PgConnectOptions options,
      BudgetSettings settings,
      BudgetPeers peers,
      BudgetUser user) {
    this.vertx = vertx;
    this.peers = peers;
    long beatMillis = Math.clamp(settings.graceMillis() / 2, BEAT_MILLIS_MIN, BEAT_MILLIS_MAX);
    Environment environment = new Environment();
    ledger =
        new LedgerConnection(vertx, options, beatMillis, environment.random(), new FromLedger());
    share = new BudgetShare(settings, environment, ledger, peers, user);
  }

  /**
   * As the other one, with the control user's connections to one of the servers.
   *
   * @param address which
   * @param database the clients'
   */
  public static Budget start(
      Vertx vertx,
      UpstreamSettings upstream,
      HostPort address,
      String database,
      BudgetSettings settings,
      InvalidationBus bus,
      BudgetUser user) {
    return start(
        vertx,
        ControlConnection.options(upstream, address, database),
        settings,
        bus,
        "postgres:" + address + "/" + database,
        user);
  }

  /**
   * Begins to take part. Until the ledger is connected, the cluster joined and the first slots have
   * rested, the guaranteed share is all there is.
   *
   * @param options how to reach the server and the database, with a user of its own or that of the
   *     pools; no privileges are needed
   * @param bus started by its owner
   * @param resource what the budget is called on the bus, at most 128 bytes: one per server and
   *     database, the same in every sidecar
   * @param user whose connections are counted; not called before this returns
   */
  public static Budget start(
      Vertx vertx,
      PgConnectOptions options,
      BudgetSettings settings,
      InvalidationBus bus,
      String resource,
      BudgetUser user) {
    if (Vertx.currentContext() == null) {
      throw new IllegalStateException("expected to be started on a Vert.x context");
    }
    BudgetPeers peers = new BudgetPeers.OnBus(bus, resource);
    Budget budget = new Budget(vertx, options, settings, peers, user);
    budget.stepTimer = vertx.setPeriodic(STEP_MILLIS, _ -> budget.share.step());
    budget.ledger.start();
    return budget;
  }

  /** How many connections may be open now; to be asked before each one is opened. */
  public int allowed() {
    return share.allowed();
  }

  /** What the user uses or wants has changed; spares the wait for the next look at it. */
  public void changed() {
    if (!closed) {
      share.step();
    }
  }

  /** New numbers, without an interruption. */
  public void apply(BudgetSettings settings) {
    share.apply(settings);
  }

  /** Where it stands; for people. */
  public BudgetState state() {
    return share.state();
  }

  /**
   * Ends the ledger connection and gives back all slots with it. The connections that stand on them
   * must be closed before.
   */
  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(stepTimer);
    peers.say(0, 0);
    return ledger.close();
  }

  private static final class Environment implements BudgetShare.Environment {
    @Override
    public long nanos() {
      return System.nanoTime();
    }

    @Override
    public RandomGenerator random() {
      return ThreadLocalRandom.current();
    }
  }

  private final class FromLedger implements LedgerEvents {
    @Override
    public void up() {
      share.ledgerUp();
    }

    @Override
    public void lost(String why) {
      share.ledgerLost(why);
    }

    @Override
    public void answered(long askedNanos) {
      share.ledgerAnswered(askedNanos);
    }

    @Override
    public void acquired(List<Integer> slots) {
      share.acquired(slots);
    }

    @Override
    public void released(List<Integer> slots) {
      share.released(slots);
    }
  }
}
