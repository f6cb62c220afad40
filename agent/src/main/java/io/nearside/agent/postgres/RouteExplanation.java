package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.Decision;
import io.nearside.agent.postgres.upstream.Server;
import io.nearside.agent.postgres.upstream.ServerRole;
import io.nearside.agent.postgres.wire.SqlState;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where a text would go if a client without state of its own sent it by itself now, and why. On the
 * event loop.
 */
final class RouteExplanation {
  private static final long CATALOG_STEP_MILLIS = 25;
  private static final int CATALOG_STEPS_MAX = 80;

  private final PostgresLoop loop;

  RouteExplanation(PostgresLoop loop) {
    this.loop = loop;
  }

  /**
   * The database that is meant: the one named; else the one that clients use, if it is one; else
   * the one that roles are watched in.
   *
   * @throws ConsoleException for one that nobody uses
   */
  String database(@Nullable String named) {
    var used = new TreeSet<String>();
    loop.pools().forEach(pool -> used.add(pool.key().database()));
    String control = loop.config().control().database();
    if (named != null) {
      if (!used.contains(named) && !named.equals(control)) {
        throw new ConsoleException(
            SqlState.INVALID_CATALOG_NAME, "no client has used the database \"" + named + "\" yet");
      }
      return named;
    }
    return used.size() == 1 ? used.first() : control;
  }

  /** Answers at once, or, where the catalog has yet to be read, after at most two seconds. */
  void explain(String sql, String database, Consumer<PostgresStatistics.Route> then) {
    awaitCatalog(sql, database, CATALOG_STEPS_MAX, then);
  }

  private void awaitCatalog(
      String sql, String database, int steps, Consumer<PostgresStatistics.Route> then) {
    if (!loop.splits() || loop.catalog(database).isLoaded() || steps == 0) {
      then.accept(now(sql, database));
    } else {
      loop.after(
          CATALOG_STEP_MILLIS,
          () -> {
            loop.tick();
            awaitCatalog(sql, database, steps - 1, then);
            loop.flushDirty();
          });
    }
  }

  private PostgresStatistics.Route now(String sql, String database) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    ClientPolicy policy = loop.policyOf(new PoolKey(database, ""), "");
    Decision decision =
        loop.texts().of(text, 0, text.length).decision(loop.catalog(database), policy.route());
    if (!loop.splits()) {
      boolean alone = loop.config().servers().size() <= 1;
      return primary(
          alone ? "there is one server only" : "postgres.routing.readWriteSplit is false", "off");
    }
    if (decision.target() == Decision.Target.PRIMARY) {
      return primary(decision.reason(), decision.label());
    }
    Server replica = loop.chooseReplica();
    if (replica == null) {
      return primary(decision.reason() + ", but no replica may serve: " + refusals(), "no-replica");
    }
    return new PostgresStatistics.Route(
        "replica", decision.reason(), decision.label(), replica.toString());
  }

  private PostgresStatistics.Route primary(String reason, String label) {
    Server primary = loop.servers().primary();
    return new PostgresStatistics.Route(
        "primary", reason, label, primary == null ? "" : primary.toString());
  }

  private String refusals() {
    StringBuilder text = new StringBuilder();
    for (Server server : loop.servers().all()) {
      String why = loop.servers().refusal(server);
      if (server.role() != ServerRole.PRIMARY && why != null) {
        text.append(text.isEmpty() ? "" : ", ").append(server).append(' ').append(why);
      }
    }
    return text.isEmpty() ? "there is none" : text.toString();
  }
}
