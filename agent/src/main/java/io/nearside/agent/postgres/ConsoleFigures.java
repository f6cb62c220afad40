package io.nearside.agent.postgres;

import java.util.Locale;
import java.util.Map;

/** The console's numbers: traffic by database, counts, queries. On the event loop. */
final class ConsoleFigures {
  private static final int QUERIES_SHOWN = 50;

  private final PostgresLoop loop;

  ConsoleFigures(PostgresLoop loop) {
    this.loop = loop;
  }

  /** Columns as PgBouncer's, and in its units; averages are of the last whole minute. */
  ConsoleTable statistics(boolean totals, boolean averages) {
    var table = new ConsoleTable().texts("database");
    if (totals) {
      table
          .numbers("total_xact_count", "total_query_count", "total_server_assignment_count")
          .numbers("total_received", "total_sent", "total_xact_time", "total_query_time")
          .numbers("total_wait_time");
    }
    if (averages) {
      table
          .numbers("avg_xact_count", "avg_query_count", "avg_server_assignment_count")
          .numbers("avg_recv", "avg_sent", "avg_xact_time", "avg_query_time", "avg_wait_time");
    }
    for (Map.Entry<String, PostgresStatistics.Traffic> of : loop.averages().totals().entrySet()) {
      var figures = ConsoleAverages.Figures.of(of.getValue());
      Long[] sums = whole(figures);
      Long[] means = whole(loop.averages().average(of.getKey()));
      Object[] row = new Object[1 + (totals ? sums.length : 0) + (averages ? means.length : 0)];
      row[0] = of.getKey();
      if (totals) {
        System.arraycopy(sums, 0, row, 1, sums.length);
      }
      if (averages) {
        System.arraycopy(means, 0, row, row.length - means.length, means.length);
      }
      table.row(row);
    }
    return table;
  }

  private static Long[] whole(ConsoleAverages.Figures figures) {
    return new Long[] {
      (long) figures.transactions(),
      (long) figures.queries(),
      (long) figures.assigned(),
      (long) figures.received(),
      (long) figures.sent(),
      (long) figures.transactionMicros(),
      (long) figures.queryMicros(),
      (long) figures.waitMicros()
    };
  }

  /** The sums of all databases, a row each, as SHOW TOTALS of PgBouncer. */
  ConsoleTable sums() {
    var figures = ConsoleAverages.Figures.of(loop.averages().sum());
    String[] names = {
      "total_xact_count",
      "total_query_count",
      "total_server_assignment_count",
      "total_received",
      "total_sent",
      "total_xact_time",
      "total_query_time",
      "total_wait_time"
    };
    Long[] values = whole(figures);
    var table = new ConsoleTable().texts("name").numbers("value");
    for (int i = 0; i < names.length; i++) {
      table.row(names[i], values[i]);
    }
    return table;
  }

  ConsoleTable lists() {
    PostgresStatistics now = new StatisticsGathering(loop).now();
    int used = now.pools().stream().mapToInt(PostgresStatistics.PoolState::connections).sum();
    int idle = now.pools().stream().mapToInt(pool -> pool.idle() + pool.used()).sum();
    return new ConsoleTable()
        .texts("list")
        .numbers("items")
        .row(
            "databases",
            now.pools().stream().map(PostgresStatistics.PoolState::database).distinct().count())
        .row(
            "users",
            now.pools().stream().map(PostgresStatistics.PoolState::user).distinct().count())
        .row("pools", now.pools().size())
        .row("free_clients", 0)
        .row("used_clients", now.totals().clients() - now.totals().loggingIn())
        .row("login_clients", now.totals().loggingIn())
        .row("free_servers", idle)
        .row("used_servers", used - idle)
        .row("dns_names", 0)
        .row("dns_zones", 0)
        .row("dns_queries", 0)
        .row("dns_pending", 0)
        .row("servers", now.servers().size())
        .row("texts", now.totals().texts())
        .row("fingerprints", now.totals().fingerprints());
  }

  /** The fingerprints that took most of the time. */
  ConsoleTable queries() {
    var table =
        new ConsoleTable()
            .texts("id")
            .numbers("calls", "errors", "rows")
            .fractions("share", "total_ms", "p50_ms", "p95_ms", "p99_ms", "max_ms")
            .numbers("on_primary", "on_replicas")
            .texts("fingerprint");
    for (PostgresStatistics.Query query :
        loop.statistics().queries(QueryStatistics.Order.TIME, QUERIES_SHOWN)) {
      table.row(
          query.id(),
          query.calls(),
          query.errors(),
          query.rows(),
          fixed(query.share()),
          millis(query.totalSeconds()),
          millis(query.p50Seconds()),
          millis(query.p95Seconds()),
          millis(query.p99Seconds()),
          millis(query.maxSeconds()),
          query.onPrimary(),
          query.onReplicas(),
          query.fingerprint());
    }
    return table;
  }

  private static String millis(double seconds) {
    return fixed(seconds * 1e3);
  }

  private static String fixed(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** What happened, and how often: by kind and label. */
  ConsoleTable counters() {
    var table = new ConsoleTable().texts("counter", "label").numbers("value");
    PostgresStatistics.Totals totals = new StatisticsGathering(loop).now().totals();
    rows(table, "decisions", totals.decisions());
    rows(table, "pins", totals.pins());
    rows(table, "healed", totals.healed());
    rows(table, "login_failures", totals.loginFailures());
    rows(table, "disconnects", totals.disconnects());
    table.row("tokens", "checked", totals.tokenChecks());
    table.row("tokens", "waited", totals.tokenWaits());
    table.row("tokens", "given_up", totals.tokensGivenUp());
    table.row("cancels", "", totals.cancels());
    table.row("slow_queries", "", totals.slowQueries());
    return table;
  }

  private static void rows(ConsoleTable table, String counter, Map<String, Long> counts) {
    counts.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(count -> table.row(counter, count.getKey(), count.getValue()));
  }
}
