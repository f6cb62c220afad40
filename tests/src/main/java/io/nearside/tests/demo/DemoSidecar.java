package io.nearside.tests.demo;

import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.SidecarProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One sidecar of the demo, seen through its Redis face and its admin listener.
 *
 * @param name A or B
 * @param postgresPort of the PostgreSQL face, if there is one
 */
record DemoSidecar(String name, SidecarProcess process, int postgresPort) {
  private static final Duration JOINED_WITHIN = Duration.ofSeconds(60);

  /** What the near-cache has counted. */
  record Counts(long hits, long misses) {}

  /** Whether a read of a key would be a hit now; who dropped it last, or "nobody". */
  record Explained(boolean served, String droppedBy) {}

  RawRedis connect() throws IOException {
    return RawRedis.connect(process.redisPort());
  }

  /** A client of the PostgreSQL face. */
  RawPostgres connectPostgres() throws IOException {
    return RawPostgres.login(
        postgresPort,
        PostgresServer.DATABASE,
        PostgresServer.USER,
        PostgresServer.password(PostgresServer.USER));
  }

  /** The address of something on the admin listener. */
  String url(String path) {
    return "http://127.0.0.1:" + process.adminPort() + path;
  }

  Counts counts() {
    JsonObject cache = json("/cache");
    return new Counts(cache.getLong("hits"), cache.getLong("misses"));
  }

  /**
   * Asks why a key is, or is not, served from memory.
   *
   * @param key of characters that need no escape in a URL
   */
  Explained explain(String key) {
    JsonObject answer = json("/cache/keys/" + key);
    JsonObject dropped = answer.getJsonObject("lastInvalidated");
    return new Explained(
        answer.getBoolean("served"), dropped == null ? "nobody" : dropped.getString("by"));
  }

  /** The ids of the other sidecars that this one lists. */
  List<String> peers() {
    JsonArray members = json("/cluster").getJsonArray("members");
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      ids.add(members.getJsonObject(i).getString("id"));
    }
    return ids;
  }

  /** Whether it may answer from memory. */
  boolean mayServe() {
    return !json("/cluster").getJsonObject("self").getBoolean("fenced");
  }

  /** Waits until it lists so many peers and may answer from memory. */
  void awaitPeers(int count) {
    Waiting.until(
        JOINED_WITHIN,
        () -> peers().size() == count && mayServe(),
        () -> "sidecar " + name + ": " + json("/cluster").encode());
  }

  private JsonObject json(String path) {
    HttpResponse<String> answer = process.get(path);
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(
          "GET " + url(path) + " was answered " + answer.statusCode() + " " + answer.body());
    }
    return new JsonObject(answer.body());
  }
}
