package io.nearside.agent.postgres.upstream;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection whose session holds this sidecar's slots: session-level advisory locks {@code
 * (classid, slot)} of the database that it is connected to (PostgreSQL manual, 9.28.10 and 13.3.5).
 * Connects again by itself, with backoff. Beats, so that an end that nobody announces is noticed,
 * and so that the server hears from it at least as late as from the pools' connections: were the
 * host cut off, TCP keepalive would not end it much before those.
 *
 * <p>On one Vert.x context. The server must be reached directly or through session pooling: the
 * beat asks for the backend's process id, and another one than before counts as an end.
 */
final class LedgerConnection implements BudgetShare.Ledger {
  /** CRC-32 of "nearside-budget", without its sign. */
  static final int CLASS_ID = 1_410_910_270;

  private static final Logger LOG = LoggerFactory.getLogger(LedgerConnection.class);
  private static final long CONNECT_MILLIS_MAX = 5_000;
  private static final long BACKOFF_MILLIS_MIN = 50;
  private static final long BACKOFF_MILLIS_MAX = 5_000;

  /** A database's own limits on idle sessions are not meant for this one. */
  private static final String PREPARE =
      "SELECT pg_backend_pid(), count(set_config(name, '0', false)) FROM pg_settings"
          + " WHERE name IN ('idle_session_timeout', 'tcp_user_timeout', 'transaction_timeout')";

  private final Vertx vertx;
  private final PgConnectOptions options;
  private final long beatMillis;
  private final RandomGenerator random;
  private final LedgerEvents events;

  private @Nullable PgConnection connection;

  /** One life per connection: answers of an earlier one are not heard. */
  private int life;

  private int pid;
  private boolean up;
  private boolean beating;
  private boolean closed;
  private long backoffMillis = BACKOFF_MILLIS_MIN;
  private long beatTimer = -1;

  /**
   * Does nothing before {@link #start}.
   *
   * @param beatMillis how often it is asked for a sign of life
   */
  LedgerConnection(
      Vertx vertx,
      PgConnectOptions options,
      long beatMillis,
      RandomGenerator random,
      LedgerEvents events) {
    this.vertx = vertx;
    this.options =
        new PgConnectOptions(options)
            .addProperty("application_name", "nearside-budget")
            .setCachePreparedStatements(false)
            .setReconnectAttempts(0);
    this.beatMillis = beatMillis;
    this.random = random;
    this.events = events;
  }

  /** Begins to connect. Once, on the context that it will live on. */
  void start() {
    beatTimer = vertx.setPeriodic(beatMillis, _ -> beat());
    connect();
  }

  private void connect() {
    int mine = ++life;
    Future<PgConnection> connecting = PgConnection.connect(vertx, options);
    connecting
        .timeout(CONNECT_MILLIS_MAX, TimeUnit.MILLISECONDS)
        .onSuccess(made -> connected(mine, made))
        .onFailure(
            e -> {
              if (e instanceof TimeoutException) {
                // Should it come about after all, it is one too many.
                connecting.onSuccess(PgConnection::close);
              }
              ended(mine, "can not connect: " + e.getMessage());
            });
  }

  private void connected(int mine, PgConnection made) {
    if (mine != life || closed) {
      made.close();
      return;
    }
    connection = made;
    made.closeHandler(_ -> ended(mine, "closed by the server"));
    made.exceptionHandler(e -> LOG.debug("budget: ledger connection", e));
    ask(mine, PREPARE)
        .onSuccess(
            rows -> {
              if (mine == life) {
                pid = rows.iterator().next().getInteger(0);
                up = true;
                backoffMillis = BACKOFF_MILLIS_MIN;
                LOG.info("budget: ledger connection is up: pid={}", pid);
                events.up();
              }
            });
  }

  /** Asks; a failure of whatever kind ends this life. */
  private Future<RowSet<Row>> ask(int mine, String sql) {
    PgConnection asked = connection;
    if (asked == null) {
      return Future.failedFuture("no connection");
    }
    long askedNanos = System.nanoTime();
    return asked
        .query(sql)
        .execute()
        .onSuccess(
            _ -> {
              if (mine == life && up) {
                events.answered(askedNanos);
              }
            })
        .onFailure(e -> ended(mine, "failed: " + e.getMessage()));
  }

  private void beat() {
    if (!up || beating) {
      return;
    }
    beating = true;
    int mine = life;
    ask(mine, "SELECT pg_backend_pid()")
        .onSuccess(
            rows -> {
              if (mine == life) {
                beating = false;
                int answering = rows.iterator().next().getInteger(0);
                if (answering != pid) {
                  ended(mine, "a pooler stands between: session of " + answering);
                }
              }
            });
  }

  /** This life is over; the next one begins after a while. */
  private void ended(int mine, String why) {
    if (mine != life || closed) {
      return;
    }
    boolean wasUp = up;
    drop();
    LOG.warn("budget: ledger connection {}", why);
    if (wasUp) {
      events.lost(why);
    }
    double wait = backoffMillis * (0.5 + random.nextDouble() / 2);
    backoffMillis = Math.min(2 * backoffMillis, BACKOFF_MILLIS_MAX);
    int over = life;
    vertx.setTimer(
        Math.max(1, (long) wait),
        _ -> {
          if (!closed && over == life) {
            connect();
          }
        });
  }

  private Future<Void> drop() {
    life++;
    up = false;
    beating = false;
    PgConnection last = connection;
    connection = null;
    return last == null ? Future.succeededFuture() : last.close();
  }

  // As the ledger.

  @Override
  public void acquire(int count, int slots) {
    int mine = life;
    ask(mine, acquireSql(count, slots))
        .onSuccess(
            rows -> {
              if (mine == life) {
                List<Integer> obtained = new ArrayList<>();
                for (Row row : rows) {
                  if (row.getBoolean(1)) {
                    obtained.add(row.getInteger(0));
                  }
                }
                events.acquired(obtained);
              }
            });
  }

  /**
   * Picks free slots by chance, then asks for their locks; whoever was faster has them. The inner
   * queries are done before the first lock is asked for (manual, 13.3.5, on LIMIT), and those that
   * we hold are not among them, as a second lock on one would need a second unlock.
   */
  static String acquireSql(int count, int slots) {
    return """
        SELECT slot, pg_try_advisory_lock(%1$d, slot) FROM (
          SELECT slot FROM (
            SELECT generate_series(0, %2$d - 1) AS slot
            EXCEPT
            SELECT objid::int8::int4 FROM pg_locks
            WHERE locktype = 'advisory' AND classid::int8 = %1$d AND objsubid = 2
              AND objid::int8 < %2$d
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
          ) AS free
          ORDER BY random() LIMIT %3$d
        ) AS chosen"""
        .formatted(CLASS_ID, slots, count);
  }

  @Override
  public void release(List<Integer> slots) {
    int mine = life;
    String list = slots.stream().map(String::valueOf).collect(Collectors.joining(","));
    String sql = "SELECT pg_advisory_unlock(%d, unnest(ARRAY[%s]))".formatted(CLASS_ID, list);
    ask(mine, sql)
        .onSuccess(
            _ -> {
              if (mine == life) {
                events.released(slots);
              }
            });
  }

  @Override
  public void restart(String why) {
    boolean wasUp = up;
    up = false;
    if (wasUp) {
      ended(life, why);
    }
  }

  /** Ends it and its locks; it does not come back. */
  Future<Void> close() {
    closed = true;
    vertx.cancelTimer(beatTimer);
    return drop();
  }
}
