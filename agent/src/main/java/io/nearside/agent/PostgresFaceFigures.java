package io.nearside.agent;

import io.nearside.agent.metrics.LatencyHistogram;
import io.nearside.agent.metrics.PostgresFigures;
import io.nearside.agent.metrics.PostgresSnapshot;
import io.nearside.agent.postgres.PostgresControls;
import io.nearside.agent.postgres.PostgresStatistics;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The PostgreSQL face's numbers, as the metrics want them. */
final class PostgresFaceFigures implements PostgresFigures {
  private final PostgresControls face;

  PostgresFaceFigures(PostgresControls face) {
    this.face = face;
  }

  @Override
  public Future<PostgresSnapshot> gather() {
    return face.statistics().map(PostgresFaceFigures::snapshot);
  }

  private static PostgresSnapshot snapshot(PostgresStatistics now) {
    PostgresStatistics.Totals totals = now.totals();
    Map<String, LatencyHistogram> latencies = new HashMap<>();
    totals.latencies().forEach((route, times) -> latencies.put(route, histogram(times)));
    List<PostgresSnapshot.Budget> budgets =
        now.budgets().stream()
            .map(
                share ->
                    new PostgresSnapshot.Budget(
                        share.server(),
                        share.database(),
                        share.allowed(),
                        share.open(),
                        share.wanted()))
            .toList();
    return new PostgresSnapshot(
        now.pools().stream().map(PostgresFaceFigures::pool).toList(),
        now.servers().stream().map(PostgresFaceFigures::server).toList(),
        budgets,
        totals.clients(),
        totals.clientsTotal(),
        totals.disconnects(),
        totals.loginFailures(),
        totals.pinned(),
        totals.pins(),
        totals.pinSeconds(),
        decisions(totals.decisions()),
        totals.healed(),
        totals.tokenChecks(),
        totals.tokenWaits(),
        totals.tokensGivenUp(),
        totals.cancels(),
        latencies,
        totals.writes(),
        totals.slowQueries());
  }

  private static Map<String, Map<String, Long>> decisions(Map<String, Long> counts) {
    Map<String, Map<String, Long>> byTarget = new HashMap<>();
    counts.forEach(
        (targetAndLabel, count) -> {
          int slash = targetAndLabel.indexOf('/');
          byTarget
              .computeIfAbsent(targetAndLabel.substring(0, slash), target -> new HashMap<>())
              .put(targetAndLabel.substring(slash + 1), count);
        });
    return byTarget;
  }

  private static PostgresSnapshot.Pool pool(PostgresStatistics.PoolState pool) {
    PostgresStatistics.Traffic traffic = pool.traffic();
    return new PostgresSnapshot.Pool(
        pool.database(),
        pool.user(),
        pool.server(),
        connections(pool),
        pool.waiting(),
        pool.maxWaitMicros() / 1e6,
        pool.max(),
        histogram(traffic.waits()),
        traffic.transactions(),
        traffic.queries(),
        traffic.opened(),
        traffic.connectFailures(),
        traffic.refused(),
        traffic.received(),
        traffic.sent());
  }

  /** By state. */
  static Map<String, Integer> connections(PostgresStatistics.PoolState pool) {
    return Map.of(
        "active", pool.active(),
        "idle", pool.idle(),
        "used", pool.used(),
        "tested", pool.tested(),
        "being_canceled", pool.beingCancelled(),
        "login", pool.connecting());
  }

  private static PostgresSnapshot.Server server(PostgresStatistics.ServerState server) {
    return new PostgresSnapshot.Server(
        server.address(),
        server.role(),
        server.reachable(),
        server.whyNoReads().isEmpty(),
        known(server.lagMillis(), 1e3),
        known(server.lagBytes(), 1),
        known(server.answerAgeMillis(), 1e3),
        server.ejectedMillis() > 0,
        server.ejections(),
        server.failures(),
        server.reads());
  }

  private static double known(long value, double unit) {
    return value < 0 ? Double.NaN : value / unit;
  }

  private static LatencyHistogram histogram(PostgresStatistics.Histogram times) {
    return new LatencyHistogram(times.boundsSeconds(), times.counts(), times.totalSeconds());
  }
}
