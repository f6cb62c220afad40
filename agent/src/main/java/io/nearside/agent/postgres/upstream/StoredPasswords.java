package io.nearside.agent.postgres.upstream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Asks a server for the stored passwords of users (the {@code auth_query} of PgBouncer). Asks the
 * primary, or while there is none a replica that can be reached. The connection is its own, so that
 * a slow answer is not taken for a dead server; it is made when needed and closed when idle.
 *
 * <p>Runs on the context given. Nothing is kept: whoever asks decides what may be remembered.
 */
public final class StoredPasswords {
  private static final int WAITING_MAX = 1000;
  private static final long IDLE_MILLIS = 10_000;

  private final Vertx vertx;
  private final Context context;
  private final Servers servers;
  private final String sql;
  private final long answerMillis;
  private final Map<String, Future<@Nullable StoredPassword>> waiting = new HashMap<>();
  private @Nullable ControlConnection connection;
  private @Nullable Server connectedTo;
  private @Nullable Future<Void> opening;
  private long idleTimer = -1;
  private boolean closed;

  /**
   * Connects to nothing yet.
   *
   * @param sql with the user's name as {@code $1}; gives at most one row: the name and the stored
   *     password as PgBouncer's does, or the password alone
   * @param answerMillis for the query to be answered, once connected
   */
  public StoredPasswords(
      Vertx vertx, Context context, Servers servers, String sql, long answerMillis) {
    this.vertx = vertx;
    this.context = context;
    this.servers = servers;
    this.sql = sql;
    this.answerMillis = answerMillis;
  }

  /**
   * The stored password as {@code pg_authid} has it; null for a user who does not exist or has
   * none. Many who ask for one user share one question. Fails where no server answers, or in time.
   */
  public Future<@Nullable StoredPassword> passwordOf(String user) {
    Future<@Nullable StoredPassword> asked = waiting.get(user);
    if (asked != null) {
      return asked;
    }
    if (closed || waiting.size() >= WAITING_MAX) {
      return Future.failedFuture(closed ? "closed" : "too many questions for passwords");
    }
    Promise<@Nullable StoredPassword> answer = Promise.promise();
    waiting.put(user, answer.future());
    vertx.cancelTimer(idleTimer);
    ask(user)
        .onComplete(
            done -> {
              waiting.remove(user);
              if (waiting.isEmpty() && !closed) {
                idleTimer = vertx.setTimer(IDLE_MILLIS, due -> disconnect());
              }
              if (done.succeeded()) {
                answer.complete(done.result());
              } else {
                answer.fail(done.cause());
              }
            });
    return answer.future();
  }

  private Future<@Nullable StoredPassword> ask(String user) {
    Server server = serverToAsk();
    if (server == null) {
      return Future.failedFuture("no server can be reached");
    }
    ControlConnection open = connectionTo(server);
    Future<Void> ready = opening;
    if (ready == null) {
      return Future.failedFuture("closed");
    }
    return ready
        .compose(connected -> open.query(sql, Tuple.of(user), answerMillis))
        .map(rows -> first(rows, user));
  }

  private @Nullable Server serverToAsk() {
    Server primary = servers.primary();
    if (primary != null) {
      return primary;
    }
    for (Server server : servers.all()) {
      if (server.isReachable() && server.role() == ServerRole.REPLICA) {
        return server;
      }
    }
    return null;
  }

  @SuppressWarnings("ReferenceEquality") // a server is itself
  private ControlConnection connectionTo(Server server) {
    ControlConnection open = connection;
    if (open != null && !open.isClosed() && connectedTo == server) {
      return open;
    }
    disconnect();
    UpstreamSettings settings = servers.settings();
    var made =
        new ControlConnection(
            vertx, context, settings, server.address(), settings.database(), why -> {});
    connection = made;
    connectedTo = server;
    opening = made.open(settings.connectMillis());
    opening.onFailure(failure -> made.close());
    return made;
  }

  private static @Nullable StoredPassword first(RowSet<Row> rows, String user) {
    for (Row row : rows) {
      return row.size() == 1
          ? new StoredPassword(user, row.getString(0))
          : new StoredPassword(row.getString(0), row.getString(1));
    }
    return null;
  }

  private void disconnect() {
    ControlConnection open = connection;
    connection = null;
    connectedTo = null;
    opening = null;
    if (open != null) {
      open.close();
    }
  }

  /** Gives up whatever is asked. On the context. */
  public void close() {
    closed = true;
    vertx.cancelTimer(idleTimer);
    disconnect();
  }
}
