package io.nearside.agent.postgres;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL face as it is watched and operated. Safe from any thread; completes on the face's
 * event loop. What can not be done as asked fails with an {@link IllegalArgumentException}. A null
 * database means all.
 */
public final class PostgresControls {
  private final PostgresFace face;

  PostgresControls(PostgresFace face) {
    this.face = face;
  }

  /** Everything in numbers. */
  public Future<PostgresStatistics> statistics() {
    return on(loop -> new StatisticsGathering(loop).now());
  }

  /**
   * What is kept of queries, by fingerprint.
   *
   * @param order time, calls, errors, rows or p99: which come first
   */
  public Future<List<PostgresStatistics.Query>> queries(String order, int limit) {
    QueryStatistics.Order by;
    try {
      by = QueryStatistics.Order.valueOf(order.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(
          new IllegalArgumentException("order: expected time, calls, errors, rows or p99", e));
    }
    return on(loop -> loop.statistics().queries(by, limit));
  }

  /** Clients that keep their connection, and why. */
  public Future<List<PostgresStatistics.Pin>> pins() {
    return on(loop -> new StatisticsGathering(loop).pins());
  }

  /**
   * Where a text would go.
   *
   * @param database null for the one that clients use
   */
  public Future<PostgresStatistics.Route> route(String sql, @Nullable String database) {
    Promise<PostgresStatistics.Route> promise = Promise.promise();
    return on(loop -> {
          var explanation = new RouteExplanation(loop);
          explanation.explain(sql, explanation.database(database), promise::tryComplete);
          return true;
        })
        .compose(begun -> promise.future());
  }

  /**
   * Another maximum until the next start.
   *
   * @param max 0 for what the configuration says
   * @return whether there is such a pool
   */
  public Future<Boolean> resize(String database, String user, int max) {
    return on(loop -> loop.operator().resize(new PoolKey(database, user), max));
  }

  /**
   * Lends no more; connections close as they become free.
   *
   * @return connections that are left
   */
  public Future<Integer> pause(@Nullable String database) {
    return on(
        loop -> {
          check(loop, database);
          loop.operator().pause(database);
          return left(loop, database);
        });
  }

  /** Lends again; says whether anything was paused. */
  public Future<Boolean> resume(@Nullable String database) {
    return on(loop -> loop.operator().resume(database));
  }

  /**
   * Replaces all connections as they become free.
   *
   * @return how many are to be replaced, but for those that were free
   */
  public Future<Integer> reconnect(@Nullable String database) {
    return on(
        loop -> {
          check(loop, database);
          loop.operator().reconnect(database);
          return left(loop, database);
        });
  }

  /**
   * Refuses new clients, and closes the others as their transactions end; until the next start.
   *
   * @return clients that are left
   */
  public Future<Integer> drain() {
    return on(
        loop -> {
          loop.operator().drain();
          return loop.sessions().size();
        });
  }

  private static void check(PostgresLoop loop, @Nullable String database) {
    if (database != null && !loop.operator().isKnown(database)) {
      throw new IllegalArgumentException("no client has used the database " + database);
    }
  }

  private static int left(PostgresLoop loop, @Nullable String database) {
    return loop.pools().stream()
        .filter(pool -> database == null || pool.key().database().equals(database))
        .mapToInt(Pool::total)
        .sum();
  }

  private <T> Future<T> on(Function<PostgresLoop, T> task) {
    return face.onLoop(
        loop -> {
          loop.tick();
          T result = task.apply(loop);
          loop.flushDirty();
          return result;
        });
  }
}
