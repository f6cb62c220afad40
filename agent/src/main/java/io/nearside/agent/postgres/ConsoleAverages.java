package io.nearside.agent.postgres;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Traffic by database: since the start, and in the last whole minute. On the event loop.
 *
 * <p>A sum outlives its pools, as a counter must.
 */
final class ConsoleAverages {
  static final long PERIOD_MILLIS = 60_000;

  private final PostgresLoop loop;
  private final Map<String, PoolCounters> forgotten = new HashMap<>();
  private Map<String, PostgresStatistics.Traffic> before = Map.of();
  private Map<String, PostgresStatistics.Traffic> last = Map.of();
  private long beforeNanos;
  private long lastNanos;

  ConsoleAverages(PostgresLoop loop) {
    this.loop = loop;
  }

  void start() {
    beforeNanos = loop.now();
    lastNanos = beforeNanos;
    next();
  }

  private void next() {
    loop.after(
        PERIOD_MILLIS,
        () -> {
          before = last;
          beforeNanos = lastNanos;
          last = totals();
          lastNanos = loop.tick();
          next();
        });
  }

  /** A pool goes; what it has counted stays. */
  void forget(Pool pool) {
    forgotten
        .computeIfAbsent(pool.key().database(), database -> new PoolCounters())
        .add(pool.counters());
  }

  /** By database, in alphabetical order. */
  Map<String, PostgresStatistics.Traffic> totals() {
    Map<String, PoolCounters> sums = new HashMap<>();
    forgotten.forEach((database, counters) -> sum(sums, database).add(counters));
    loop.pools().forEach(pool -> sum(sums, pool.key().database()).add(pool.counters()));
    Map<String, PostgresStatistics.Traffic> totals = new TreeMap<>();
    sums.forEach((database, counters) -> totals.put(database, counters.traffic()));
    return totals;
  }

  /** Of all databases. */
  PostgresStatistics.Traffic sum() {
    var all = new PoolCounters();
    forgotten.values().forEach(all::add);
    loop.pools().forEach(pool -> all.add(pool.counters()));
    return all.traffic();
  }

  private static PoolCounters sum(Map<String, PoolCounters> sums, String database) {
    return sums.computeIfAbsent(database, name -> new PoolCounters());
  }

  /** Traffic as numbers in the units of the console: microseconds, bytes, times. */
  record Figures(
      double transactions,
      double queries,
      double assigned,
      double received,
      double sent,
      double transactionMicros,
      double queryMicros,
      double waitMicros) {

    static final Figures NONE = new Figures(0, 0, 0, 0, 0, 0, 0, 0);

    static Figures of(PostgresStatistics.Traffic traffic) {
      return new Figures(
          traffic.transactions(),
          traffic.queries(),
          traffic.assigned(),
          traffic.received(),
          traffic.sent(),
          traffic.transactionSeconds() * 1e6,
          traffic.querySeconds() * 1e6,
          traffic.waits().totalSeconds() * 1e6);
    }

    /** Counts and bytes per second, times per one of what they are of. */
    static Figures average(Figures from, Figures to, double seconds) {
      double transactions = to.transactions - from.transactions;
      double queries = to.queries - from.queries;
      double assigned = to.assigned - from.assigned;
      return new Figures(
          over(transactions, seconds),
          over(queries, seconds),
          over(assigned, seconds),
          over(to.received - from.received, seconds),
          over(to.sent - from.sent, seconds),
          over(to.transactionMicros - from.transactionMicros, transactions),
          over(to.queryMicros - from.queryMicros, queries),
          over(to.waitMicros - from.waitMicros, assigned));
    }

    private static double over(double what, double by) {
      return by <= 0 ? 0 : what / by;
    }
  }

  /** What came to pass in the last whole minute; before there was one, nothing. */
  Figures average(String database) {
    PostgresStatistics.Traffic to = last.get(database);
    if (to == null) {
      return Figures.NONE;
    }
    PostgresStatistics.Traffic from = before.get(database);
    return Figures.average(
        from == null ? Figures.NONE : Figures.of(from),
        Figures.of(to),
        (lastNanos - beforeNanos) / 1e9);
  }
}
