package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.fail;

import io.nearside.config.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/** A primary, some replicas, and the {@link Servers} that watch them every 100 ms. */
final class RealServers implements AutoCloseable {
  private static final long WAIT_SECONDS = 30;

  final Vertx vertx = Vertx.vertx();
  final Context context = vertx.getOrCreateContext();
  final List<RealPostgres> postgres = new ArrayList<>();
  final List<String> events = new CopyOnWriteArrayList<>();
  UpstreamSettings settings;
  Servers servers;

  private RealServers(int replicas, String user) throws Exception {
    var home = RealPostgres.home();
    Assumptions.assumeTrue(home != null, "no PostgreSQL server on this machine");
    RealPostgres primary = RealPostgres.primary(java.util.Objects.requireNonNull(home));
    postgres.add(primary);
    if (replicas > 0) {
      primary.start();
      primary.stop();
    }
    for (int i = 0; i < replicas; i++) {
      postgres.add(primary.replica());
    }
    for (RealPostgres one : postgres) {
      one.start();
    }
    sql(0, "CREATE ROLE plain LOGIN; CREATE ROLE watcher LOGIN; GRANT pg_monitor TO watcher");
    settings =
        Facts.settings(
            postgres.stream().map(RealPostgres::address).toList(),
            ReplicaChoiceKind.LEAST_LAG,
            Map.of(),
            user);
    servers = new Servers(vertx, context, settings, new Told());
  }

  /** As a member of pg_monitor; started and settled. */
  static RealServers start(int replicas) throws Exception {
    return start(replicas, "watcher");
  }

  static RealServers start(int replicas, String user) throws Exception {
    RealServers made = new RealServers(replicas, user);
    for (int i = 1; i <= replicas; i++) {
      made.await("replica " + i + " follows", made.follows(i));
    }
    made.servers.start();
    made.await(
        "all are known",
        () ->
            made.servers.primary() != null
                && made.servers.all().stream().allMatch(Server::isReachable));
    return made;
  }

  private Callable<Boolean> follows(int replica) {
    return () -> {
      String roles = text(replica, "SELECT count(*)::text FROM pg_roles WHERE rolname = 'watcher'");
      return roles.equals("1");
    };
  }

  Server server(int number) {
    HostPort address = postgres.get(number).address();
    return servers.all().stream()
        .filter(server -> server.address().equals(address))
        .findFirst()
        .orElseThrow();
  }

  @Nullable Server choose() throws Exception {
    return on(() -> servers.chooseReplica(server -> 0));
  }

  /** What it gives on the context. */
  <T extends @Nullable Object> T on(Callable<T> what) throws Exception {
    var task = new FutureTask<>(what);
    context.runOnContext(now -> task.run());
    return task.get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  /** Waits until it is so; looked at from the context. */
  void awaitOn(String what, Callable<Boolean> condition) throws Exception {
    await(what, () -> on(condition));
  }

  void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        fail("not within " + WAIT_SECONDS + " s: " + what + "; events " + events);
      }
      Thread.sleep(10);
    }
  }

  RowSet<Row> sql(int server, String text) throws Exception {
    HostPort address = postgres.get(server).address();
    var options =
        new PgConnectOptions()
            .setHost(address.host())
            .setPort(address.port())
            .setUser("postgres")
            .setDatabase("postgres");
    return get(
        PgConnection.connect(vertx, options)
            .compose(open -> open.query(text).execute().eventually(() -> open.close())));
  }

  String text(int server, String query) throws Exception {
    return sql(server, query).iterator().next().getString(0);
  }

  static <T extends @Nullable Object> T get(Future<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    servers.close();
    var closed = vertx.close().toCompletionStage().toCompletableFuture();
    try {
      // No socket may be left that waits for its server.
      closed.get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IOException("Vert.x does not close", e);
    } finally {
      for (RealPostgres one : postgres) {
        one.close();
      }
    }
  }

  private final class Told implements ServersListener {
    private void tell(String event) {
      if (!context.equals(Vertx.currentContext())) {
        events.add("not on the context: " + Vertx.currentContext());
      }
      events.add(event);
    }

    private String name(@Nullable Server server) {
      for (int i = 0; server != null && i < postgres.size(); i++) {
        if (postgres.get(i).address().equals(server.address())) {
          return "s" + i;
        }
      }
      return "none";
    }

    @Override
    public void primaryChanged(@Nullable Server before, @Nullable Server now) {
      tell("primary " + name(before) + " -> " + name(now));
    }

    @Override
    public void roleChanged(Server server, ServerRole before) {
      tell(name(server) + " " + before + " -> " + server.role());
    }

    @Override
    public void unreachable(Server server) {
      tell(name(server) + " unreachable");
    }

    @Override
    public void reachable(Server server) {
      tell(name(server) + " reachable");
    }
  }
}
