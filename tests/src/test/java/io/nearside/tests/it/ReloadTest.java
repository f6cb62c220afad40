package io.nearside.tests.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What can change while running changes without dropping a connection; the rest is named. */
@SuppressWarnings("NullAway.Init") // set before every test
final class ReloadTest {
  private static RedisServer redis;

  @BeforeAll
  static void start() {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static List<String> paths(JsonArray changes) {
    return changes.stream().map(change -> ((JsonObject) change).getString("path")).toList();
  }

  private static JsonObject reload(InProcessSidecar sidecar) throws IOException {
    HttpResponse<String> answer = sidecar.post("/config/reload");
    assertEquals(200, answer.statusCode(), answer.body());
    return new JsonObject(answer.body());
  }

  @Test
  void reload_ofLiveSettings_changesThemAndKeepsConnections() throws IOException {
    try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url());
        RawRedis client = sidecar.connect();
        RawRedis watching = sidecar.connect()) {
      sidecar.askUntilHit(client, "GET", "live:k");
      watching.ask("WATCH", "k");
      sidecar.set("redis.cache.maxBytes", "1MiB");
      sidecar.set("redis.cache.policies", "[{match: 'live:*', ttlMaxMillis: 250}]");
      sidecar.set("redis.deny", "KEYS");
      JsonObject answer = reload(sidecar);
      assertEquals(
          List.of("redis.cache.maxBytes", "redis.cache.policies", "redis.deny"),
          paths(answer.getJsonArray("changed")).stream()
              .map(path -> path.replaceAll("\\[.*", ""))
              .distinct()
              .sorted()
              .toList());
      assertTrue(answer.getJsonArray("needsRestart").isEmpty());
      assertEquals(1 << 20, sidecar.agent().redis().cache().statistics().bytesMax());
      assertTrue(client.ask("KEYS", "*").startsWith("-NOPERM"));
      assertTrue(sidecar.neverHits(client, "GET", "other:k"));
      sidecar.askUntilHit(client, "GET", "live:k");
      Eventually.holds(
          "the new ttlMaxMillis",
          Duration.ofSeconds(3),
          () -> !sidecar.hit(client, "GET", "live:k"));
      assertEquals("+OK\r\n", watching.ask("UNWATCH"));
      assertEquals(2, sidecar.statistics().clientsTotal(), "no connection was dropped");
    }
  }

  @Test
  void reload_ofCacheSwitchedOff_stopsHitsAtOnce() throws IOException {
    try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url());
        RawRedis client = sidecar.connect()) {
      sidecar.askUntilHit(client, "GET", "off:k");
      sidecar.set("redis.cache.enabled", "false");
      reload(sidecar);
      assertTrue(sidecar.neverHits(client, "GET", "off:k"));
      redis.command("SET", "off:k", "written meanwhile");
      sidecar.set("redis.cache.enabled", "true");
      reload(sidecar);
      assertTrue(sidecar.askUntilHit(client, "GET", "off:k").contains("written meanwhile"));
    }
  }

  @Test
  void reload_ofCacheSwitchedOnLate_seesWritersAround() throws IOException {
    try (InProcessSidecar sidecar =
            InProcessSidecar.inFrontOf(redis.url(), Map.of("redis.cache.enabled", "false"));
        RawRedis client = sidecar.connect()) {
      redis.command("SET", "late:k", "1");
      assertTrue(sidecar.neverHits(client, "GET", "late:k"));
      sidecar.set("redis.cache.enabled", "true");
      reload(sidecar);
      sidecar.askUntilHit(client, "GET", "late:k");
      redis.command("SET", "late:k", "2");
      Eventually.holds(
          "the new value",
          Duration.ofMillis(1_500),
          () -> client.ask("GET", "late:k").equals("$1\r\n2\r\n"));
    }
  }

  @Test
  void reload_ofPolicies_tracksTheNewPrefixes() throws IOException {
    try (InProcessSidecar sidecar =
            InProcessSidecar.inFrontOf(
                redis.url(), Map.of("redis.cache.policies", "[{match: 'a:*'}]"));
        RawRedis client = sidecar.connect()) {
      sidecar.askUntilHit(client, "GET", "a:k");
      sidecar.set("redis.cache.policies", "[{match: 'b:*'}]");
      reload(sidecar);
      sidecar.askUntilHit(client, "GET", "b:k");
      assertTrue(sidecar.neverHits(client, "GET", "a:k"));
      redis.command("SET", "b:k", "2");
      Eventually.holds(
          "the new value",
          Duration.ofMillis(1_500),
          () -> client.ask("GET", "b:k").equals("$1\r\n2\r\n"));
    }
  }

  @Test
  void reload_ofLogLevel_takesEffect() throws IOException {
    try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url())) {
      var log = LoggerFactory.getLogger("io.nearside.agent.redis.Any");
      boolean before = log.isDebugEnabled();
      sidecar.set("log.level", before ? "WARN" : "DEBUG");
      assertEquals(List.of("log.level"), paths(reload(sidecar).getJsonArray("changed")));
      assertEquals(!before, log.isDebugEnabled());
      sidecar.set("log.level", before ? "DEBUG" : "INFO");
      reload(sidecar);
    }
  }

  @Test
  void reload_ofWhatNeedsARestart_isNamedAndKeepsTheRunningValue() throws IOException {
    try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url());
        RawRedis client = sidecar.connect()) {
      sidecar.set("redis.upstream.url", "redis://127.0.0.1:1");
      sidecar.set("redis.upstream.pinnedConnectionsMax", "7");
      sidecar.set("redis.deny", "KEYS");
      JsonObject answer = reload(sidecar);
      assertEquals(List.of("redis.deny"), paths(answer.getJsonArray("changed")));
      assertEquals(
          List.of("redis.upstream.pinnedConnectionsMax", "redis.upstream.url"),
          paths(answer.getJsonArray("needsRestart")).stream().sorted().toList());
      assertEquals(
          256, sidecar.agent().effective().config().redis().upstream().pinnedConnectionsMax());
      assertEquals("+PONG\r\n", client.ask("PING"));
    }
  }

  @Test
  void reload_ofWrongConfiguration_changesNothing() throws IOException {
    try (InProcessSidecar sidecar = InProcessSidecar.inFrontOf(redis.url());
        RawRedis client = sidecar.connect()) {
      sidecar.set("redis.deny", "KEYS");
      sidecar.set("redis.cache.maxBytes", "many");
      HttpResponse<String> answer = sidecar.post("/config/reload");
      assertTrue(answer.statusCode() >= 400 && answer.statusCode() < 500, answer.toString());
      assertTrue(answer.body().contains("many"), answer.body());
      assertFalse(client.ask("KEYS", "nothing").startsWith("-"), "the running one stays");
    }
  }
}
