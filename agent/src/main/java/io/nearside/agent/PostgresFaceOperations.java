package io.nearside.agent;

import io.nearside.agent.admin.PostgresOperations;
import io.nearside.agent.postgres.PostgresControls;
import io.nearside.agent.postgres.PostgresStatistics;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The PostgreSQL face, as people may ask of it through the admin listener. */
final class PostgresFaceOperations implements PostgresOperations {
  private final PostgresControls face;

  PostgresFaceOperations(PostgresControls face) {
    this.face = face;
  }

  @Override
  public Future<JsonObject> pools() {
    return face.statistics()
        .map(
            now -> new JsonObject().put("pools", array(now.pools(), PostgresFaceOperations::pool)));
  }

  private static JsonObject pool(PostgresStatistics.PoolState pool) {
    PostgresStatistics.Traffic traffic = pool.traffic();
    var connections = new JsonObject();
    PostgresFaceFigures.connections(pool).forEach(connections::put);
    return new JsonObject()
        .put("database", pool.database())
        .put("user", pool.user())
        .put("server", pool.server())
        .put("role", pool.role())
        .put("mode", pool.mode())
        .put("clients", pool.clients())
        .put("waiting", pool.waiting())
        .put("maxWaitMillis", pool.maxWaitMicros() / 1e3)
        .put("pinned", pool.pinned())
        .put("connections", connections)
        .put("retired", pool.retired())
        .put("min", pool.min())
        .put("max", pool.max())
        .put("allowed", pool.allowed() < 0 ? null : pool.allowed())
        .put("paused", pool.paused())
        .put("disabled", pool.disabled())
        .put("lastError", pool.lastError())
        .put("transactions", traffic.transactions())
        .put("queries", traffic.queries())
        .put("meanWaitMillis", mean(traffic))
        .put("opened", traffic.opened())
        .put("closed", traffic.closed())
        .put("connectFailures", traffic.connectFailures())
        .put("refused", traffic.refused())
        .put("receivedBytes", traffic.received())
        .put("sentBytes", traffic.sent());
  }

  /** Over all that were lent, those that were free at once included. */
  private static double mean(PostgresStatistics.Traffic traffic) {
    return traffic.assigned() == 0 ? 0 : traffic.waits().totalSeconds() * 1e3 / traffic.assigned();
  }

  @Override
  public Future<JsonObject> servers() {
    return face.statistics()
        .map(
            now ->
                new JsonObject()
                    .put("splits", now.splits())
                    .put("servers", array(now.servers(), PostgresFaceOperations::server))
                    .put("budgets", array(now.budgets(), PostgresFaceOperations::budget)));
  }

  private static JsonObject server(PostgresStatistics.ServerState server) {
    return new JsonObject()
        .put("address", server.address())
        .put("role", server.role())
        .put("reachable", server.reachable())
        .put("servesReads", server.whyNoReads().isEmpty())
        .put("whyNot", server.whyNoReads())
        .put("lagMillis", known(server.lagMillis()))
        .put("lagBytes", known(server.lagBytes()))
        .put("timeline", known(server.timeline()))
        .put("replayed", server.replayed())
        .put("answerAgeMillis", known(server.answerAgeMillis()))
        .put("ejectedMillis", server.ejectedMillis())
        .put("ejections", server.ejections())
        .put("failures", server.failures())
        .put("losses", server.losses())
        .put("connections", server.connections())
        .put("inUse", server.inUse())
        .put("weight", server.weight())
        .put("version", server.version())
        .put("lastError", server.lastError())
        .put("reads", server.reads());
  }

  private static @Nullable Long known(long value) {
    return value < 0 ? null : value;
  }

  private static JsonObject budget(PostgresStatistics.BudgetShare share) {
    return new JsonObject()
        .put("server", share.server())
        .put("database", share.database())
        .put("allowed", share.allowed())
        .put("open", share.open())
        .put("wanted", share.wanted())
        .put("due", share.due())
        .put("slots", share.slots())
        .put("held", share.held())
        .put("ledger", share.ledger())
        .put("joined", share.joined())
        .put("detail", share.detail());
  }

  @Override
  public Future<JsonObject> queries(String order, int limit) {
    return face.queries(order, limit)
        .map(
            queries ->
                new JsonObject().put("queries", array(queries, PostgresFaceOperations::query)));
  }

  private static JsonObject query(PostgresStatistics.Query query) {
    return new JsonObject()
        .put("id", query.id())
        .put("fingerprint", query.fingerprint())
        .put("calls", query.calls())
        .put("errors", query.errors())
        .put("rows", query.rows())
        .put("totalMillis", query.totalSeconds() * 1e3)
        .put("p50Millis", query.p50Seconds() * 1e3)
        .put("p95Millis", query.p95Seconds() * 1e3)
        .put("p99Millis", query.p99Seconds() * 1e3)
        .put("maxMillis", query.maxSeconds() * 1e3)
        .put("onPrimary", query.onPrimary())
        .put("onReplicas", query.onReplicas())
        .put("share", query.share());
  }

  @Override
  public Future<JsonObject> pins() {
    return face.pins()
        .map(pins -> new JsonObject().put("pins", array(pins, PostgresFaceOperations::pin)));
  }

  private static JsonObject pin(PostgresStatistics.Pin pin) {
    return new JsonObject()
        .put("client", pin.client())
        .put("database", pin.database())
        .put("user", pin.user())
        .put("applicationName", pin.applicationName())
        .put("address", pin.address())
        .put("reason", pin.reason())
        .put("heldMillis", pin.heldSeconds() * 1e3)
        .put("server", pin.server())
        .put("serverPid", pin.serverPid() == 0 ? null : pin.serverPid());
  }

  @Override
  public Future<JsonObject> route(String sql, @Nullable String database) {
    return face.route(sql, database)
        .map(
            route ->
                new JsonObject()
                    .put("route", route.route())
                    .put("reason", route.reason())
                    .put("label", route.label())
                    .put("server", route.server()));
  }

  @Override
  public Future<JsonObject> resize(String database, String user, int max) {
    return face.resize(database, user, max)
        .map(
            found -> {
              if (!found) {
                throw new IllegalArgumentException("no pool of " + database + " and " + user);
              }
              return new JsonObject().put("database", database).put("user", user).put("max", max);
            });
  }

  @Override
  public Future<JsonObject> pause(@Nullable String database) {
    return face.pause(database).map(left -> changed(database).put("connectionsLeft", left));
  }

  @Override
  public Future<JsonObject> resume(@Nullable String database) {
    return face.resume(database).map(was -> changed(database).put("wasPaused", was));
  }

  @Override
  public Future<JsonObject> reconnect(@Nullable String database) {
    return face.reconnect(database).map(left -> changed(database).put("connectionsLeft", left));
  }

  private static JsonObject changed(@Nullable String database) {
    return new JsonObject().put("database", database);
  }

  @Override
  public Future<JsonObject> drain() {
    return face.drain().map(left -> new JsonObject().put("clientsLeft", left));
  }

  private static <T> JsonArray array(List<T> from, Function<T, JsonObject> element) {
    var array = new JsonArray();
    from.forEach(one -> array.add(element.apply(one)));
    return array;
  }
}
