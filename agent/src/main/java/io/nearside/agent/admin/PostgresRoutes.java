package io.nearside.agent.admin;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code /postgres}: pools, servers, queries, pins, routes; pause, resume, resize, drain. */
final class PostgresRoutes {
  private static final Logger log = LoggerFactory.getLogger(PostgresRoutes.class);
  private static final int QUERIES_MAX = 10_000;
  private static final int SQL_CHARS_MAX = 8 * 1024;
  private static final int POOL_MAX = 100_000;

  private final @Nullable PostgresOperations postgres;

  /**
   * @param postgres null where the face is off: every request is answered with 404
   */
  PostgresRoutes(@Nullable PostgresOperations postgres) {
    this.postgres = postgres;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(
            "/postgres/pools",
            "Pools: connections by state, waiting clients, traffic.",
            request -> answer(request, PostgresOperations::pools)),
        Endpoint.get(
            "/postgres/servers",
            "Servers: role, lag, why a replica gets no reads; the fleet's budget.",
            request -> answer(request, PostgresOperations::servers)),
        Endpoint.get(
            "/postgres/queries", "Queries by fingerprint: calls, quantiles, share.", this::queries),
        Endpoint.get(
            "/postgres/pins",
            "Clients that keep their server connection, and why.",
            request -> answer(request, PostgresOperations::pins)),
        Endpoint.get("/postgres/route", "Where a statement would go, and why.", this::route),
        Endpoint.post(
                "/postgres/pools/{database}/{user}/resize",
                "Another maximum for a pool until the next start.",
                this::resize)
            .withBody(),
        Endpoint.post(
                "/postgres/pause",
                "Lends no server connection; closes them as they become free.",
                request -> change(request, "pause", PostgresOperations::pause))
            .withBody(),
        Endpoint.post(
                "/postgres/resume",
                "Lends server connections again.",
                request -> change(request, "resume", PostgresOperations::resume))
            .withBody(),
        Endpoint.post(
                "/postgres/reconnect",
                "Replaces server connections as they become free.",
                request -> change(request, "reconnect", PostgresOperations::reconnect))
            .withBody(),
        Endpoint.post(
            "/postgres/drain",
            "Refuses new clients, closes the others between transactions; for good.",
            request -> {
              log.info("postgres drains by=admin");
              answer(request, PostgresOperations::drain);
            }));
  }

  private void answer(
      RoutingContext request, Function<PostgresOperations, Future<JsonObject>> question) {
    PostgresOperations face = postgres;
    if (face == null) {
      Answers.error(request, 404, "the PostgreSQL face is off (postgres.enabled)");
      return;
    }
    Answers.when(request, question.apply(face).recover(PostgresRoutes::asked), body -> body);
  }

  /** What can not be done as asked is who asked's mistake. */
  private static Future<JsonObject> asked(Throwable cause) {
    return Future.failedFuture(
        cause instanceof IllegalArgumentException
            ? new BadRequestException(String.valueOf(cause.getMessage()))
            : cause);
  }

  private void queries(RoutingContext request) {
    String order = request.request().getParam("order", "time");
    int limit = number(request.request().getParam("limit", "100"), "limit", QUERIES_MAX);
    answer(request, face -> face.queries(order, limit));
  }

  private void route(RoutingContext request) {
    String sql = request.request().getParam("sql");
    if (sql == null || sql.isEmpty() || sql.length() > SQL_CHARS_MAX) {
      throw new BadRequestException(
          "sql: expected a statement of 1 to " + SQL_CHARS_MAX + " characters");
    }
    String database = request.request().getParam("database");
    answer(request, face -> face.route(sql, database));
  }

  private void resize(RoutingContext request) {
    String database = request.pathParam("database");
    String user = request.pathParam("user");
    Object max = body(request, "max").getValue("max");
    if (!(max instanceof Integer number) || number < 0 || number > POOL_MAX) {
      throw new BadRequestException("max: expected 0 (as configured) to " + POOL_MAX);
    }
    log.info("pool resized by=admin database={} user={} max={}", database, user, number);
    answer(request, face -> face.resize(database, user, number));
  }

  private interface Change {
    Future<JsonObject> make(PostgresOperations face, @Nullable String database);
  }

  private void change(RoutingContext request, String what, Change change) {
    Object database = body(request, "database").getValue("database");
    switch (database) {
      case null -> make(request, what, change, null);
      case String name -> make(request, what, change, name);
      default -> throw new BadRequestException("database: expected a name");
    }
  }

  private void make(RoutingContext request, String what, Change change, @Nullable String database) {
    log.info(
        "pools changed by=admin command={} database={}", what, database == null ? "all" : database);
    answer(request, face -> change.make(face, database));
  }

  private static int number(String text, String name, int max) {
    if (!text.matches("[0-9]{1,6}") || Integer.parseInt(text) > max) {
      throw new BadRequestException(name + ": expected 0.." + max);
    }
    return Integer.parseInt(text);
  }

  private static JsonObject body(RoutingContext request, String field) {
    Buffer buffer = request.body().buffer();
    try {
      JsonObject body =
          buffer == null || buffer.length() == 0 ? new JsonObject() : new JsonObject(buffer);
      if (!Set.of(field).containsAll(body.fieldNames())) {
        throw new BadRequestException("not known (expected " + field + "): " + body.fieldNames());
      }
      return body;
    } catch (DecodeException | ClassCastException e) {
      throw new BadRequestException("the body is not a JSON object");
    }
  }
}
