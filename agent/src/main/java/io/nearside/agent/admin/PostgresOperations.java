package io.nearside.agent.admin;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * The PostgreSQL face, as it is watched and operated; the answers are those of the interface's
 * OpenAPI document. Safe from any thread. What can not be done as asked fails with an {@link
 * IllegalArgumentException}; a null database means all.
 */
public interface PostgresOperations {

  Future<JsonObject> pools();

  Future<JsonObject> servers();

  /**
   * Queries by fingerprint.
   *
   * @param order time, calls, errors, rows or p99
   */
  Future<JsonObject> queries(String order, int limit);

  Future<JsonObject> pins();

  /** Where a text would go. */
  Future<JsonObject> route(String sql, @Nullable String database);

  /**
   * Another maximum for a pool, until the next start.
   *
   * @param max 0 for what the configuration says
   */
  Future<JsonObject> resize(String database, String user, int max);

  Future<JsonObject> pause(@Nullable String database);

  Future<JsonObject> resume(@Nullable String database);

  Future<JsonObject> reconnect(@Nullable String database);

  /** Refuses new clients and closes the others as their transactions end, for good. */
  Future<JsonObject> drain();
}
