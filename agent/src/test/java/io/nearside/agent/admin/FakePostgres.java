package io.nearside.agent.admin;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Remembers what it was asked for; knows the database {@code app} only. */
final class FakePostgres implements PostgresOperations {
  final List<String> asked = new ArrayList<>();

  private Future<JsonObject> answer(String question, JsonObject answer) {
    asked.add(question);
    return Future.succeededFuture(answer);
  }

  @Override
  public Future<JsonObject> pools() {
    return answer("pools", new JsonObject().put("pools", new JsonArray()));
  }

  @Override
  public Future<JsonObject> servers() {
    return answer(
        "servers",
        new JsonObject()
            .put("splits", true)
            .put("servers", new JsonArray())
            .put("budgets", new JsonArray()));
  }

  @Override
  public Future<JsonObject> queries(String order, int limit) {
    return answer(
        "queries " + order + " " + limit, new JsonObject().put("queries", new JsonArray()));
  }

  @Override
  public Future<JsonObject> pins() {
    return answer("pins", new JsonObject().put("pins", new JsonArray()));
  }

  @Override
  public Future<JsonObject> route(String sql, @Nullable String database) {
    if (database != null && !database.equals("app")) {
      return Future.failedFuture(new IllegalArgumentException("not known: " + database));
    }
    return answer(
        "route " + sql + " " + database,
        new JsonObject()
            .put("route", "replica")
            .put("reason", "SELECT only reads")
            .put("label", "read")
            .put("server", "r:5432"));
  }

  @Override
  public Future<JsonObject> resize(String database, String user, int max) {
    return answer(
        "resize " + database + " " + user + " " + max,
        new JsonObject().put("database", database).put("user", user).put("max", max));
  }

  @Override
  public Future<JsonObject> pause(@Nullable String database) {
    return answer(
        "pause " + database, new JsonObject().put("database", database).put("connectionsLeft", 1));
  }

  @Override
  public Future<JsonObject> resume(@Nullable String database) {
    return answer(
        "resume " + database, new JsonObject().put("database", database).put("wasPaused", true));
  }

  @Override
  public Future<JsonObject> reconnect(@Nullable String database) {
    return answer(
        "reconnect " + database,
        new JsonObject().put("database", database).put("connectionsLeft", 1));
  }

  @Override
  public Future<JsonObject> drain() {
    return answer("drain", new JsonObject().put("clientsLeft", 1));
  }
}
