package io.nearside.agent.metrics;

import static io.nearside.agent.metrics.MetricNames.*;

import java.util.List;

/** The PostgreSQL face's numbers as metrics. */
final class PostgresFamilies {
  private static final List<String> ROLES = List.of("primary", "replica", "unknown");

  private PostgresFamilies() {}

  static void add(MetricFamilies families, PostgresSnapshot now) {
    now.servers().forEach(server -> server(families, server));
    now.pools().forEach(pool -> pool(families, pool));
    for (PostgresSnapshot.Budget budget : now.budgets()) {
      families
          .gauge(PG_BUDGET_ALLOWED, budget.allowed(), budget.server(), budget.database())
          .gauge(PG_BUDGET_OPEN, budget.open(), budget.server(), budget.database())
          .gauge(PG_BUDGET_WANTED, budget.wanted(), budget.server(), budget.database());
    }
    clients(families, now);
    queries(families, now);
  }

  private static void server(MetricFamilies families, PostgresSnapshot.Server server) {
    String address = server.address();
    families
        .gauge(PG_SERVER_UP, flag(server.up()), address)
        .gauge(PG_SERVER_ANSWER_AGE, server.answerAgeSeconds(), address)
        .gauge(PG_SERVER_EJECTED, flag(server.ejected()), address)
        .counter(PG_SERVER_EJECTIONS, server.ejections(), address)
        .counter(PG_SERVER_FAILURES, server.failures(), address);
    for (String role : ROLES) {
      families.gauge(PG_SERVER_ROLE, flag(role.equals(server.role())), address, role);
    }
    if (server.isReplica()) {
      families
          .gauge(PG_LAG, server.lagSeconds(), address)
          .gauge(PG_LAG_BYTES, server.lagBytes(), address)
          .gauge(PG_SERVES_READS, flag(server.servesReads()), address);
    }
    if (server.isReplica() || server.reads() > 0) {
      families.counter(PG_READS, server.reads(), address);
    }
  }

  private static void pool(MetricFamilies families, PostgresSnapshot.Pool pool) {
    String[] of = {pool.database(), pool.user(), pool.server()};
    pool.connections()
        .forEach((state, n) -> families.gauge(PG_CONNECTIONS, n, of[0], of[1], of[2], state));
    families
        .gauge(PG_WAITING, pool.waiting(), of)
        .gauge(PG_WORST_WAIT, pool.maxWaitSeconds(), of)
        .gauge(PG_LIMIT, pool.max(), of)
        .histogram(PG_WAIT, pool.waits(), of)
        .counter(PG_TRANSACTIONS, pool.transactions(), of)
        .counter(PG_QUERIES, pool.queries(), of)
        .counter(PG_CONNECTS, pool.opened(), of)
        .counter(PG_CONNECT_FAILURES, pool.connectFailures(), of)
        .counter(PG_REFUSED, pool.refused(), of)
        .counter(PG_RECEIVED, pool.received(), of)
        .counter(PG_SENT, pool.sent(), of);
  }

  private static void clients(MetricFamilies families, PostgresSnapshot now) {
    families
        .gauge(PG_CLIENTS, now.clients())
        .counter(PG_CLIENTS_ACCEPTED, now.clientsTotal())
        .counter(PG_CANCELS, now.cancels());
    now.disconnects().forEach((reason, n) -> families.counter(PG_DISCONNECTS, n, reason));
    now.loginFailures().forEach((reason, n) -> families.counter(PG_LOGIN_FAILURES, n, reason));
    now.pinned().forEach((reason, n) -> families.gauge(PG_PINNED, n, reason));
    now.pins().forEach((reason, n) -> families.counter(PG_PINS, n, reason));
    now.pinSeconds().forEach((reason, n) -> families.counter(PG_PIN_SECONDS, n, reason));
  }

  private static void queries(MetricFamilies families, PostgresSnapshot now) {
    now.latencies().forEach((route, times) -> families.histogram(PG_QUERY_SECONDS, times, route));
    now.writes().forEach((database, n) -> families.counter(PG_WRITES, n, database));
    now.healed().forEach((reason, n) -> families.counter(PG_HEALED, n, reason));
    now.decisions()
        .forEach(
            (target, reasons) ->
                reasons.forEach((reason, n) -> families.counter(PG_DECISIONS, n, target, reason)));
    families
        .counter(PG_TOKEN_CHECKS, now.tokenChecks())
        .counter(PG_TOKEN_WAITS, now.tokenWaits())
        .counter(PG_TOKENS_GIVEN_UP, now.tokensGivenUp())
        .counter(PG_SLOW, now.slowQueries());
  }

  private static double flag(boolean on) {
    return on ? 1 : 0;
  }
}
