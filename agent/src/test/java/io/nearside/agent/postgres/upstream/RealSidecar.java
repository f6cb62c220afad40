package io.nearside.agent.postgres.upstream;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.local.LocalHub;
import io.nearside.cluster.local.LocalInvalidationBus;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A budget, a bus, and a pool of real connections that does as {@link BudgetUser} says. */
final class RealSidecar implements BudgetUser {
  private static final ClusterSecret SECRET = ClusterSecret.of("the secret of these tests");

  final String name;
  private final Vertx vertx;
  private final PgConnectOptions options;
  private final PgConnectOptions superuser;
  private final LoopThread loop;
  private final InvalidationBus bus;

  // Of the loop.
  private final List<PgConnection> connections = new ArrayList<>();
  private @Nullable Budget budget;
  private @Nullable PgConnection observer;
  private int opening;
  private int closing;
  private int wanted;
  private int failures;

  final AtomicInteger cutAtOnce = new AtomicInteger();

  RealSidecar(
      String name, Vertx vertx, DebianPostgres server, LocalHub hub, BudgetSettings settings) {
    this.name = name;
    this.vertx = vertx;
    options = server.options("app");
    superuser = server.options("super");
    loop = LoopThread.on(vertx);
    bus = new LocalInvalidationBus(BusSettings.of(name, 600, SECRET), hub);
    bus.start(new Deaf());
    observer = LoopThread.await(loop.call(() -> PgConnection.connect(vertx, superuser)));
    loop.run(
        () -> {
          budget = Budget.start(vertx, options, settings, bus, "db", this);
          vertx.setPeriodic(20, _ -> adjust());
        });
  }

  private static final class Deaf implements BusListener {
    @Override
    public void invalidate(int database, byte[] key, String fromNode) {}

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {}

    @Override
    public void event(ClusterEvent event) {}
  }

  private Budget budget() {
    return Objects.requireNonNull(budget);
  }

  void want(int connectionsWanted) {
    loop.run(
        () -> {
          wanted = connectionsWanted;
          budget().changed();
        });
  }

  BudgetState state() {
    return loop.call(() -> budget().state());
  }

  void leaveCluster() {
    bus.close();
  }

  void close() {
    loop.run(
        () -> {
          wanted = 0;
          adjust();
        });
    LoopThread.await(loop.call(() -> budget().close()));
    bus.close();
  }

  // On the loop.

  @Override
  public int open() {
    return connections.size() + opening + closing;
  }

  @Override
  public int wanted() {
    return wanted;
  }

  @Override
  public void allowed(int allowed, boolean atOnce) {
    if (atOnce) {
      cutAtOnce.incrementAndGet();
    }
    adjust();
  }

  private void adjust() {
    int allowed = Math.min(budget().allowed(), wanted);
    while (connections.size() + opening > allowed && !connections.isEmpty()) {
      close(connections.removeLast());
    }
    while (open() < allowed && failures < 3) {
      connect();
    }
    failures = Math.max(0, failures - 1);
  }

  private void connect() {
    opening++;
    PgConnection.connect(vertx, options)
        .onComplete(
            made -> {
              opening--;
              if (made.succeeded()) {
                PgConnection connection = made.result();
                connections.add(connection);
                connection.closeHandler(_ -> connections.remove(connection));
              } else {
                failures++;
              }
            });
  }

  private void close(PgConnection connection) {
    closing++;
    int pid = connection.processId();
    connection.close().onComplete(_ -> untilGone(pid));
  }

  /** What a pool learns from the end of the stream, this one learns from the server. */
  private void untilGone(int pid) {
    Objects.requireNonNull(observer)
        .query("SELECT count(*)::int FROM pg_stat_activity WHERE pid = " + pid)
        .execute()
        .onComplete(
            answer -> {
              if (answer.succeeded() && answer.result().iterator().next().getInteger(0) > 0) {
                untilGone(pid);
              } else {
                closing--;
              }
            });
  }
}
