package io.nearside.agent.admin;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Membership, cache and configuration over HTTP. */
final class AdminServerTest {
  private final AdminFixture admin = new AdminFixture();

  @AfterEach
  void close() {
    admin.close();
  }

  @Test
  void cluster_onePeer_showsBoth() {
    JsonObject cluster = admin.json("/cluster");
    JsonObject peer = cluster.getJsonArray("members").getJsonObject(0);
    assertAll(
        () -> assertTrue(cluster.getBoolean("joined")),
        () -> assertEquals("node-1", cluster.getJsonObject("self").getString("id")),
        () -> assertEquals("node-2", peer.getString("id")),
        () -> assertEquals(7, peer.getInteger("sequenceLag")),
        () -> assertEquals("2026-01-02T03:04:05Z", peer.getString("joinedAt")),
        () -> assertFalse(peer.getBoolean("fenced")));
  }

  @Test
  void cluster_fencedForAnyReason_saysSoOfSelf() {
    assertFalse(admin.json("/cluster").getJsonObject("self").getBoolean("fenced"));
    admin.cache.fenceOpen = false;
    assertTrue(admin.json("/cluster").getJsonObject("self").getBoolean("fenced"));
  }

  @Test
  void consistency_fenced_namesTheSource() {
    admin.cache.fenceOpen = false;
    JsonObject report = admin.json("/cluster/consistency");
    JsonObject fence = report.getJsonObject("fence");
    assertAll(
        () -> assertFalse(fence.getBoolean("open")),
        () -> assertEquals("bus: a test says so", fence.getString("reason")),
        () -> assertEquals(2, fence.getJsonArray("sources").size()),
        () -> assertNull(fence.getJsonArray("sources").getJsonObject(1).getValue("freshForMillis")),
        () -> assertEquals(2, report.getJsonObject("epochMoves").getInteger("bus-gap")),
        () -> assertEquals(3.0, report.getJsonObject("lag").getDouble("worstMillis")),
        () -> assertEquals(2.0, report.getJsonObject("lag").getDouble("meanMillis")),
        () -> assertEquals("on", report.getString("tracking")),
        () -> assertTrue(report.getJsonObject("strong").containsKey("open")),
        () -> assertEquals(7, report.getInteger("gaps")));
  }

  @Test
  void clusterLeave_post_leaves() {
    HttpResponse<String> answer = admin.send("POST", "/cluster/leave", "");
    assertEquals(200, answer.statusCode(), answer.body());
    assertTrue(admin.bus.left);
  }

  @Test
  void cache_get_showsNumbers() {
    JsonObject cache = admin.json("/cache");
    assertEquals(90, cache.getInteger("hits"));
    assertEquals(3, cache.getJsonObject("refusedFills").getInteger("fenced"));
  }

  @Test
  void explain_heldKey_isServed() {
    admin.cache.fill(0, "user:1");
    JsonObject key = admin.json("/cache/keys/user:1");
    JsonObject reply = key.getJsonArray("replies").getJsonObject(0);
    assertAll(
        () -> assertTrue(key.getBoolean("held")),
        () -> assertTrue(key.getBoolean("served")),
        () -> assertTrue(key.getJsonArray("whyNot").isEmpty()),
        () -> assertEquals("GET user:1", reply.getString("command")),
        () -> assertTrue(reply.getLong("expiresInMillis") > 50_000),
        () -> assertEquals("user:*", key.getJsonObject("policy").getString("match")));
  }

  @Test
  void explain_heldInOtherDatabase_isNotHeldHere() {
    admin.cache.fill(3, "user:1");
    assertTrue(admin.json("/cache/keys/user:1?db=3").getBoolean("held"));
    assertFalse(admin.json("/cache/keys/user:1?db=0").getBoolean("held"));
  }

  @Test
  void explain_notHeld_saysWhy() {
    admin.cache.fill(0, "user:1");
    assertEquals(200, admin.send("DELETE", "/cache/keys/user:1", "").statusCode());
    JsonObject dropped = admin.json("/cache/keys/user:1");
    JsonObject uncached = admin.json("/cache/keys/other");
    admin.cache.fenceOpen = false;
    JsonObject fenced = admin.json("/cache/keys/user:1");
    assertAll(
        () -> assertEquals("admin", dropped.getJsonObject("lastInvalidated").getString("by")),
        () -> assertTrue(why(dropped).startsWith("not read: "), why(dropped)),
        () -> assertEquals("policy: none matches the key", why(uncached)),
        () -> assertNull(uncached.getValue("policy")),
        () -> assertEquals("fenced: bus: a test says so", why(fenced)));
  }

  private static String why(JsonObject explanation) {
    return explanation.getJsonArray("whyNot").getString(0);
  }

  @Test
  void explain_anyBytes_reachTheCache() {
    byte[] key = {'a', '/', '/', (byte) 0xff, '+', ' ', 0};
    String base64 = Base64.getUrlEncoder().encodeToString(key);
    for (String path :
        List.of("/cache/keys/a//%ff+%20%00", "/cache/keys/" + base64 + "?base64=true")) {
      JsonObject shown = admin.json(path);
      assertEquals(
          Base64.getEncoder().encodeToString(key), shown.getString("keyBase64"), shown.encode());
      assertEquals("a//\\xff+ \\x00", shown.getString("key"));
    }
  }

  @Test
  void explain_malformed_is400() {
    for (String path :
        List.of(
            "/cache/keys/x?db=-1",
            "/cache/keys/x?db=70000",
            "/cache/keys/x?base64=maybe",
            "/cache/keys/***?base64=true")) {
      HttpResponse<String> answer = admin.get(path);
      assertEquals(400, answer.statusCode(), path);
      assertTrue(new JsonObject(answer.body()).containsKey("error"), path);
    }
  }

  @Test
  void deleteKey_fleet_asksForTheFleet() {
    admin.cache.fill(2, "user:1");
    HttpResponse<String> answer = admin.send("DELETE", "/cache/keys/user:1?db=2&fleet=true", "");
    assertTrue(new JsonObject(answer.body()).getBoolean("wasHeld"), answer.body());
    assertEquals(List.of("key 2 [117, 115, 101, 114, 58, 49] true"), admin.cache.asked);
  }

  @Test
  void invalidate_globAndAll_areTold() {
    JsonObject glob =
        new JsonObject(
            admin.send("POST", "/cache/invalidate", "{\"glob\":\"user:*\",\"fleet\":true}").body());
    HttpResponse<String> all = admin.send("POST", "/cache/invalidate", "{\"all\":true}");
    assertAll(
        () -> assertEquals(3, glob.getInteger("invalidated")),
        () -> assertTrue(glob.getString("peers").contains("everything")),
        () -> assertEquals(200, all.statusCode()),
        () -> assertEquals(List.of("glob user:* true", "all false"), admin.cache.asked));
  }

  @Test
  void invalidate_malformed_changesNothing() {
    for (String body :
        List.of(
            "",
            "{}",
            "[]",
            "{\"glob\":\"x\",\"all\":true}",
            "{\"glob\":\"\"}",
            "{\"glob\":7}",
            "{\"all\":\"yes\"}",
            "{\"all\":true,\"fleat\":true}",
            "{")) {
      assertEquals(400, admin.send("POST", "/cache/invalidate", body).statusCode(), body);
    }
    assertEquals(List.of(), admin.cache.asked);
  }

  @Test
  void invalidate_bodyTooLarge_is413() {
    String body = "{\"glob\":\"" + "x".repeat(AdminServer.BODY_BYTES_MAX) + "\"}";
    assertEquals(413, admin.send("POST", "/cache/invalidate", body).statusCode());
  }

  @Test
  void config_get_hidesSecrets() {
    String yaml = admin.get("/config").body();
    assertTrue(yaml.contains("node-1"), yaml);
    assertFalse(yaml.contains("not-to-be-seen"), yaml);
  }

  @Test
  void configReload_changes_saysWhatNeedsARestart() {
    admin.nextConfig =
        "admin: {token: {value: not-to-be-seen}}\nnode: {id: node-9}\nlog: {level: WARN}\n";
    JsonObject answer = new JsonObject(admin.send("POST", "/config/reload", "").body());
    assertEquals("log.level", answer.getJsonArray("changed").getJsonObject(0).getString("path"));
    assertEquals("node.id", answer.getJsonArray("needsRestart").getJsonObject(0).getString("path"));
  }

  @Test
  void configReload_wrong_is422WithEveryProblem() {
    admin.nextConfig = "redis: {listen: {port: 70000}}\nnonsense: 1\n";
    HttpResponse<String> answer = admin.send("POST", "/config/reload", "");
    assertEquals(422, answer.statusCode());
    assertEquals(2, new JsonObject(answer.body()).getJsonArray("problems").size(), answer.body());
  }

  @Test
  void unknownPath_is404AndKnownPathWithWrongMethod_is405() {
    HttpResponse<String> missing = admin.get("/nothing");
    HttpResponse<String> wrong = admin.send("PUT", "/cluster/leave", "");
    HttpResponse<String> wrongKey = admin.send("POST", "/cache/keys/x", "");
    assertAll(
        () -> assertEquals(404, missing.statusCode()),
        () -> assertTrue(new JsonObject(missing.body()).containsKey("error")),
        () -> assertEquals(405, wrong.statusCode()),
        () -> assertEquals("POST", wrong.headers().firstValue("Allow").orElse("")),
        () -> assertEquals(405, wrongKey.statusCode()),
        () -> assertEquals("GET, DELETE", wrongKey.headers().firstValue("Allow").orElse("")),
        () -> assertFalse(admin.bus.left));
  }

  @Test
  void metrics_scraped_showOurOwnAndTheJvms() {
    HttpResponse<String> answer = admin.get("/metrics");
    String text = answer.body();
    assertAll(
        () -> assertEquals(200, answer.statusCode(), text),
        () ->
            assertTrue(
                answer.headers().firstValue("Content-Type").orElse("").startsWith("text/plain")),
        () ->
            assertTrue(text.contains("\ncache_hit_rate_by_tier{cache_tier=\"near\"} 0.9\n"), text),
        () -> assertTrue(text.contains("\nnearside_cache_hits_total 90.0\n"), text),
        () -> assertTrue(text.contains("jvm_memory_used_bytes"), text),
        () ->
            assertTrue(
                text.contains(
                    "\nnearside_redis_command_seconds_bucket{family=\"string\",le=\"0.002\"} 9\n"),
                text));
  }

  @Test
  void metrics_facesHang_showTheRestWithinASecond() {
    admin.figuresHang = true;
    long began = System.nanoTime();
    String text = admin.get("/metrics").body();
    assertTrue(System.nanoTime() - began < 1_000_000_000L);
    assertTrue(text.contains("\nnearside_fenced 0.0\n"), text);
    assertFalse(text.contains("nearside_cache_hits_total"), text);
  }

  @Test
  void start_portTaken_fails() {
    assertThrows(IllegalStateException.class, () -> new AdminFixture(admin.server.port()));
  }
}
