package io.nearside.agent.postgres.upstream;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Asks one server what it is, by one connection that it keeps. A lost connection is made anew at
 * once, and if that fails, at every further look.
 *
 * <pre>
 *   CLOSED --look--> CONNECTING --identity--> IDLE --look--> ASKING --answer--> IDLE
 *      ^_________________|______failed_________|______lost_____|
 * </pre>
 *
 * Belongs to one Vert.x context.
 */
final class ServerWatch {
  /** What it learns; called on its context. */
  interface Watcher {
    void answered(ServerWatch watch, ServerIdentity identity, WatchAnswer answer);

    /** The connection ended; it is being made anew. */
    void disconnected(ServerWatch watch);

    /** It can not be reached. */
    void lost(ServerWatch watch, String why);
  }

  private final Vertx vertx;
  private final Context context;
  private final Server server;
  private final Watcher watcher;
  private UpstreamSettings settings;
  private @Nullable ControlConnection connection;
  private @Nullable ServerIdentity identity;
  private boolean asking;
  private boolean askAgain;
  private boolean answered;
  private boolean closed;
  private int timelineSeen = -1;

  ServerWatch(
      Vertx vertx, Context context, Server server, UpstreamSettings settings, Watcher watcher) {
    this.vertx = vertx;
    this.context = context;
    this.server = server;
    this.settings = settings;
    this.watcher = watcher;
  }

  Server server() {
    return server;
  }

  /** Settings of now; a connection made with others is made anew. */
  void apply(UpstreamSettings now) {
    boolean keeps = settings.connectsLike(now);
    settings = now;
    if (!keeps && connection != null) {
      end();
      watcher.disconnected(this);
      look();
    }
  }

  /** Asks, or connects in order to ask. */
  void look() {
    if (!closed && connection == null) {
      connect();
    } else if (identity != null && !asking) {
      ask();
    }
  }

  /** As {@link #look}, and once more if a question is under way: its answer may be too old. */
  void lookAnew() {
    askAgain = connection != null && (identity == null || asking);
    look();
  }

  private void connect() {
    answered = false;
    var opening =
        new ControlConnection(
            vertx, context, settings, server.address(), settings.database(), this::ended);
    connection = opening;
    long deadlineMillis = settings.answerMillis();
    vertx.setTimer(
        deadlineMillis,
        due -> {
          if (!isOther(opening) && identity == null) {
            watcher.lost(this, "no connection within " + deadlineMillis + " ms");
          }
        });
    opening
        .open(settings.connectMillis())
        .compose(open -> opening.query(WatchQuery.IDENTITY, deadlineMillis))
        .map(rows -> WatchQuery.identity(first(rows)))
        .compose(
            found ->
                found.mayControl()
                    ? opening
                        .query(WatchQuery.SYSTEM_IDENTIFIER, deadlineMillis)
                        .map(rows -> WatchQuery.identity(found, first(rows)))
                    : Future.succeededFuture(found))
        .onComplete(
            done -> {
              if (isOther(opening)) {
                return;
              }
              if (done.succeeded()) {
                identity = done.result();
                ask();
              } else {
                end();
                watcher.lost(this, ControlConnection.reason(done.cause()));
              }
            });
  }

  private void ask() {
    ControlConnection open = connection;
    ServerIdentity known = identity;
    if (open == null || known == null) {
      return;
    }
    asking = true;
    askAgain = false;
    open.query(WatchQuery.text(known), settings.answerMillis())
        .map(rows -> WatchQuery.answer(first(rows), timelineSeen))
        .onComplete(
            done -> {
              if (isOther(open)) {
                return;
              }
              asking = false;
              if (done.failed()) {
                String why = ControlConnection.reason(done.cause());
                if (done.cause() instanceof TimeoutException) {
                  answered = false;
                }
                ended(why);
                return;
              }
              answered = true;
              timelineSeen = Math.max(timelineSeen, done.result().timeline());
              watcher.answered(this, known, done.result());
              if (askAgain) {
                look();
              }
            });
  }

  /** Where this server inserts now; fails where it is no primary. */
  Future<Long> insertPosition() {
    ControlConnection open = connection;
    ServerIdentity known = identity;
    if (open == null || known == null) {
      return Future.failedFuture("not connected");
    }
    return open.query(WatchQuery.INSERT_POSITION, settings.answerMillis())
        .map(
            rows ->
                Positions.pageBoundary(
                    first(rows).getLong(0), known.segmentBytes(), known.pageBytes()));
  }

  private static Row first(RowSet<Row> rows) {
    return rows.iterator().next();
  }

  /** The connection was open, and is not any more. */
  private void ended(String why) {
    boolean hadAnswered = answered;
    end();
    watcher.disconnected(this);
    if (hadAnswered && !closed) {
      connect();
    } else {
      watcher.lost(this, why);
    }
  }

  private void end() {
    ControlConnection open = connection;
    connection = null;
    identity = null;
    asking = false;
    askAgain = false;
    timelineSeen = -1;
    if (open != null) {
      open.close();
    }
  }

  @SuppressWarnings("ReferenceEquality") // this very connection, not its successor
  private boolean isOther(ControlConnection one) {
    return connection != one;
  }

  void close() {
    closed = true;
    end();
  }
}
