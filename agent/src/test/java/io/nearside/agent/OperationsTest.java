package io.nearside.agent;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.admin.AdminServer;
import io.nearside.agent.admin.ConfigOperations;
import io.nearside.agent.admin.FakeLifecycle;
import io.nearside.agent.cache.Key;
import io.nearside.agent.memory.FakeMemory;
import io.nearside.agent.redis.RedisFace;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.local.LocalInvalidationBus;
import io.nearside.config.ConfigLoader;
import io.nearside.config.LoadedConfig;
import io.nearside.config.ReloadDiff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The admin listener on a real Redis face, whose upstream is not there. */
final class OperationsTest {
  private final LoadedConfig loaded =
      ConfigLoader.load(
          Map.of(
              "node", Map.of("id", "node-1"),
              "admin", Map.of("port", 0),
              "redis",
                  Map.of(
                      "listen",
                      Map.of("port", 0),
                      // A port that nobody listens on.
                      "upstream",
                      Map.of("url", "redis://127.0.0.1:1"),
                      "tracking",
                      Map.of("enabled", false))),
          "test",
          Map.of());
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  private final InvalidationBus bus =
      LocalInvalidationBus.alone(
          BusSettings.of("node-1", 1000, ClusterSecret.of(new byte[ClusterSecret.BYTES_MIN])));
  private final RedisFace face = new RedisFace(vertx, loaded.config(), "node-1", bus);
  private final FakeLifecycle lifecycle = new FakeLifecycle();
  private final AdminServer admin =
      await(Operations.start(vertx, face, null, config(), this::up, lifecycle, new FakeMemory()));
  private final HttpClient client = HttpClient.newHttpClient();
  private volatile boolean listening;

  private boolean up() {
    return listening;
  }

  private ConfigOperations config() {
    return new ConfigOperations() {
      @Override
      public LoadedConfig effective() {
        return loaded;
      }

      @Override
      public ReloadDiff reload() {
        return ReloadDiff.between(loaded, loaded);
      }
    };
  }

  @AfterEach
  void close() {
    client.close();
    await(admin.close());
    bus.close();
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> send(String method, String path, String body) {
    try {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin.port() + path))
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonObject json(String path) {
    return new JsonObject(send("GET", path, "").body());
  }

  private void hold(String name) {
    byte[] key = name.getBytes(StandardCharsets.UTF_8);
    byte[] frame =
        ("*2\r\n$3\r\nGET\r\n$" + key.length + "\r\n" + name + "\r\n")
            .getBytes(StandardCharsets.UTF_8);
    var fill = face.cache().beginFill(new Key.Probe().set(0, key, 0, key.length), 0, frame);
    if (fill == null || !face.cache().commit(fill, new byte[] {'_', '\r', '\n'}, 60_000)) {
      throw new IllegalStateException("not stored");
    }
  }

  @Test
  void startup_beforeAndAfter_isTold() {
    assertEquals(503, send("GET", "/startupz", "").statusCode());
    await(face.start());
    listening = true;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (send("GET", "/startupz", "").statusCode() != 200) {
      assertTrue(System.nanoTime() < deadline, "not started");
    }
    HttpResponse<String> ready = send("GET", "/readyz", "");
    assertEquals(200, ready.statusCode(), ready.body());
    assertEquals("degraded", new JsonObject(ready.body()).getString("status"), ready.body());
    lifecycle.drain();
    assertEquals(503, send("GET", "/readyz", "").statusCode());
  }

  @Test
  void key_heldAndDropped_isExplained() {
    await(face.start());
    hold("user:1");
    JsonObject held = json("/cache/keys/user:1");
    HttpResponse<String> dropped = send("DELETE", "/cache/keys/user:1?fleet=true", "");
    JsonObject gone = json("/cache/keys/user:1");
    assertAll(
        () -> assertTrue(held.getBoolean("held"), held.encode()),
        () ->
            assertEquals(
                "GET user:1", held.getJsonArray("replies").getJsonObject(0).getString("command")),
        () -> assertEquals("*", held.getJsonObject("policy").getString("match")),
        () -> assertTrue(new JsonObject(dropped.body()).getBoolean("wasHeld"), dropped.body()),
        () -> assertFalse(gone.getBoolean("held")),
        () -> assertEquals("admin", gone.getJsonObject("lastInvalidated").getString("by")));
  }

  @Test
  void glob_applied_dropsWhatMatchesAndDigests() {
    hold("user:1");
    hold("order:1");
    hold("order:" + "x".repeat(600));
    JsonObject answer =
        new JsonObject(send("POST", "/cache/invalidate", "{\"glob\":\"user:*\"}").body());
    assertEquals(2, answer.getInteger("invalidated"), answer.encode());
    assertFalse(json("/cache/keys/user:1").getBoolean("held"));
    assertTrue(json("/cache/keys/order:1").getBoolean("held"));
  }

  @Test
  void all_fleet_movesTheEpochForAReason() {
    hold("user:1");
    assertEquals(
        200, send("POST", "/cache/invalidate", "{\"all\":true,\"fleet\":true}").statusCode());
    assertFalse(json("/cache/keys/user:1").getBoolean("held"));
    JsonObject report = json("/cluster/consistency");
    assertEquals(1, report.getJsonObject("epochMoves").getInteger("admin"), report.encode());
    assertEquals("off", report.getString("tracking"));
  }

  @Test
  void metrics_scraped_areTheFaces() {
    await(face.start());
    hold("user:1");
    String text = send("GET", "/metrics", "").body();
    assertAll(
        () -> assertTrue(text.contains("\nnearside_cache_entries 1.0\n"), text),
        () -> assertTrue(text.contains("\nnearside_cache_fills_total 1.0\n"), text),
        () -> assertTrue(text.contains("nearside_build_info{"), text),
        () -> assertTrue(text.contains("nearside_event_loop_lag_seconds{loop=\"1\"}"), text),
        () -> assertTrue(text.contains("nearside_redis_upstream_up 0.0\n"), text));
  }
}
