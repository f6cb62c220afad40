package io.nearside.agent.postgres.upstream;

import io.nearside.config.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.SslMode;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.internal.SqlConnectionInternal;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection of the sidecar's own to one server. Whatever is asked has a deadline; one that is
 * missed fails with a {@link TimeoutException} and ends the connection, since a half-open one
 * answers nothing else either.
 *
 * <p>It stands on a client of its own for one connection, as {@code PgConnection.connect} (Vert.x
 * 5.0.12) offers no way to give up a login that hangs: closing the client does. An established
 * connection is closed by the client only when the server has answered everything, so that one
 * which does not is closed at its socket.
 *
 * <p>Belongs to one Vert.x context, on which all futures complete.
 */
final class ControlConnection {
  /** Shown by {@code pg_stat_activity}. */
  static final String APPLICATION_NAME = "nearside-control";

  private static final long FAREWELL_MILLIS = 1000;

  private final Context context;
  private final Vertx vertx;
  private final Pool client;
  private final Consumer<String> onLost;
  private @Nullable SqlConnection connection;
  private int waiting;
  private boolean closed;

  /**
   * Not connected yet.
   *
   * @param onLost why; called once if the connection ends after it was open and before {@link
   *     #close}
   */
  ControlConnection(
      Vertx vertx,
      Context context,
      UpstreamSettings settings,
      HostPort address,
      String database,
      Consumer<String> onLost) {
    this.vertx = vertx;
    this.context = context;
    this.onLost = onLost;
    this.client =
        PgBuilder.pool()
            .using(vertx)
            .with(new PoolOptions().setMaxSize(1).setMaxWaitQueueSize(1))
            .with(
                new NetClientOptions()
                    .setConnectTimeout((int) Math.min(Integer.MAX_VALUE, settings.connectMillis()))
                    .setTcpNoDelay(true)
                    .setTcpKeepAlive(true))
            .connectingTo(options(settings, address, database))
            .build();
  }

  static PgConnectOptions options(UpstreamSettings settings, HostPort address, String database) {
    var options =
        new PgConnectOptions()
            .setHost(address.host())
            .setPort(address.port())
            .setUser(settings.user())
            .setPassword(settings.password().reveal())
            .setDatabase(database)
            .setCachePreparedStatements(false)
            .setReconnectAttempts(0)
            .addProperty("application_name", APPLICATION_NAME);
    UpstreamTls tls = settings.tls();
    if (tls.mode() == UpstreamTls.Mode.DISABLE) {
      return options.setSslMode(SslMode.DISABLE);
    }
    boolean verifies =
        tls.mode() == UpstreamTls.Mode.VERIFY_CA || tls.mode() == UpstreamTls.Mode.VERIFY_FULL;
    var ssl =
        new ClientSSLOptions()
            .setTrustAll(!verifies)
            .setHostnameVerificationAlgorithm(
                tls.mode() == UpstreamTls.Mode.VERIFY_FULL ? "HTTPS" : "");
    if (verifies && !tls.caFile().isEmpty()) {
      ssl.setTrustOptions(new PemTrustOptions().addCertPath(tls.caFile()));
    }
    if (!tls.certFile().isEmpty()) {
      ssl.setKeyCertOptions(
          new PemKeyCertOptions().addCertPath(tls.certFile()).addKeyPath(tls.keyFile()));
    }
    return options
        .setSslOptions(ssl)
        .setSslMode(
            switch (tls.mode()) {
              case DISABLE -> SslMode.DISABLE;
              case PREFER -> SslMode.PREFER;
              case REQUIRE -> SslMode.REQUIRE;
              // Vert.x wants its own trust store for VERIFY_CA; what is verified is set above.
              case VERIFY_CA -> tls.caFile().isEmpty() ? SslMode.REQUIRE : SslMode.VERIFY_CA;
              case VERIFY_FULL -> SslMode.VERIFY_FULL;
            });
  }

  /** Connects and logs in; fails after {@code deadlineMillis}. To be called once. */
  Future<Void> open(long deadlineMillis) {
    return bounded(
        client
            .getConnection()
            .compose(
                opened -> {
                  if (closed) {
                    return Future.failedFuture("closed");
                  }
                  connection = opened;
                  opened.closeHandler(end -> lost("the server closed the connection"));
                  opened.exceptionHandler(failure -> lost(reason(failure)));
                  return Future.succeededFuture();
                }),
        "no login",
        deadlineMillis);
  }

  /** Runs statements by the simple protocol. */
  Future<RowSet<Row>> query(String sql, long deadlineMillis) {
    SqlConnection open = connection;
    return open == null
        ? Future.failedFuture("not connected")
        : bounded(open.query(sql).execute(), "no answer", deadlineMillis);
  }

  /** Runs a statement with parameters. */
  Future<RowSet<Row>> query(String sql, Tuple parameters, long deadlineMillis) {
    SqlConnection open = connection;
    return open == null
        ? Future.failedFuture("not connected")
        : bounded(open.preparedQuery(sql).execute(parameters), "no answer", deadlineMillis);
  }

  private <T> Future<T> bounded(Future<T> future, String missed, long deadlineMillis) {
    Promise<T> promise = Promise.promise();
    waiting++;
    long timer =
        vertx.setTimer(
            deadlineMillis,
            due -> {
              var why = new TimeoutException(missed + " within " + deadlineMillis + " ms");
              if (promise.tryFail(why)) {
                lost(reason(why));
              }
            });
    future.onComplete(
        done ->
            context.runOnContext(
                now -> {
                  waiting--;
                  vertx.cancelTimer(timer);
                  if (done.succeeded()) {
                    promise.tryComplete(done.result());
                  } else {
                    promise.tryFail(done.cause());
                  }
                }));
    return promise.future();
  }

  private void lost(String why) {
    context.runOnContext(
        now -> {
          boolean wasOpen = connection != null;
          if (!closed) {
            close();
            if (wasOpen) {
              onLost.accept(why);
            }
          }
        });
  }

  boolean isClosed() {
    return closed;
  }

  /**
   * Ends the connection and whatever waits for it. With nothing under way the server is told, and
   * has {@link #FAREWELL_MILLIS} to take note.
   */
  void close() {
    if (closed) {
      return;
    }
    closed = true;
    SqlConnection open = connection;
    connection = null;
    if (open == null || waiting > 0) {
      cut(open);
      var _ = client.close();
      return;
    }
    long timer = vertx.setTimer(FAREWELL_MILLIS, due -> cut(open));
    client.close().onComplete(done -> vertx.cancelTimer(timer));
  }

  /** Closes the socket itself, past the handlers that would first wait for what is under way. */
  private static void cut(@Nullable SqlConnection open) {
    if (open instanceof SqlConnectionInternal known
        && known.unwrap().unwrap() instanceof SocketConnectionBase wire) {
      var _ = wire.socket().channelHandlerContext().pipeline().firstContext().close();
    }
  }

  /** For people and logs: the server's own words and SQLSTATE, or those of the network. */
  static String reason(Throwable failure) {
    if (failure instanceof PgException refusal) {
      return refusal.getErrorMessage() + " (" + refusal.getSqlState() + ")";
    }
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : message;
  }
}
