package io.nearside.agent.admin;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.health.Verdict;
import io.nearside.config.ReadinessCheck;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The probes over HTTP. */
final class ProbesTest {
  private static final long SECOND = 1_000_000_000L;

  private final AdminFixture admin = new AdminFixture();

  @AfterEach
  void close() {
    admin.close();
  }

  private int status(String path) {
    return admin.get(path).statusCode();
  }

  private static JsonObject check(HttpResponse<String> answer, String name) {
    JsonArray checks = new JsonObject(answer.body()).getJsonArray("checks");
    for (int i = 0; i < checks.size(); i++) {
      if (checks.getJsonObject(i).getString("name").equals(name)) {
        return checks.getJsonObject(i);
      }
    }
    throw new AssertionError("no " + name + " in " + answer.body());
  }

  @Test
  void everythingWell_allProbes_are200() {
    for (String path : List.of("/livez", "/readyz", "/startupz", "/health", "/ready")) {
      HttpResponse<String> answer = admin.get(path);
      assertEquals(200, answer.statusCode(), path + answer.body());
      assertEquals("up", new JsonObject(answer.body()).getString("status"), answer.body());
    }
    JsonObject faces = check(admin.get("/readyz"), "faces");
    assertTrue(faces.getLong("ageMillis") >= 0);
    assertEquals("listens", faces.getString("detail"));
  }

  @Test
  void upstreamDown_notAskedFor_degradesOnly() {
    admin.upstream = Verdict.down("refused");
    HttpResponse<String> ready = admin.get("/readyz");
    assertAll(
        () -> assertEquals(200, ready.statusCode()),
        () -> assertEquals("degraded", new JsonObject(ready.body()).getString("status")),
        () -> assertEquals("degraded", check(ready, "upstream").getString("state")),
        () -> assertEquals("refused", check(ready, "upstream").getString("detail")),
        () -> assertEquals(200, status("/livez")),
        () -> assertEquals(200, status("/health")));
  }

  @Test
  void upstreamDown_askedFor_isNotReadyButLive() {
    admin.readiness = List.of(ReadinessCheck.FACES, ReadinessCheck.UPSTREAM);
    admin.upstream = Verdict.down("refused");
    HttpResponse<String> ready = admin.get("/readyz");
    assertAll(
        () -> assertEquals(503, ready.statusCode()),
        () -> assertEquals("down", check(ready, "upstream").getString("state")),
        () -> assertEquals(503, status("/ready")),
        () -> assertEquals(200, status("/livez")),
        () -> assertEquals(200, status("/health")));
  }

  @Test
  void clusterLost_askedFor_followsReload() {
    admin.bus.joined = false;
    assertEquals(200, status("/readyz"));
    admin.readiness = List.of(ReadinessCheck.CLUSTER);
    assertEquals(503, status("/readyz"));
  }

  @Test
  void facesDown_notReadyNotStarted() {
    admin.faces = Verdict.down("not yet");
    assertEquals(503, status("/startupz"));
    assertEquals(503, status("/readyz"));
    assertEquals(200, status("/livez"));
  }

  @Test
  void warming_notStartedButReady() {
    admin.warming = Verdict.down("reading");
    assertEquals(503, status("/startupz"));
    assertEquals(200, status("/readyz"));
    assertEquals(200, status("/livez"));
  }

  @Test
  void draining_notReadyButLive() {
    admin.lifecycle.drain();
    HttpResponse<String> ready = admin.get("/readyz");
    assertEquals(503, ready.statusCode());
    assertEquals("down", check(ready, "drain").getString("state"));
    assertEquals(200, status("/livez"));
  }

  @Test
  void hangingCheck_everyProbe_answersWithinASecond() {
    admin.readiness = List.of(ReadinessCheck.FACES, ReadinessCheck.UPSTREAM);
    assertEquals(200, status("/readyz"));
    admin.upstreamHangs = true;
    awaitStale();
    for (String path : List.of("/livez", "/readyz", "/startupz", "/health")) {
      long began = System.nanoTime();
      HttpResponse<String> answer = admin.get(path);
      long took = System.nanoTime() - began;
      assertTrue(took < SECOND, path + " took " + took / 1_000_000 + " ms");
      assertEquals(path.equals("/readyz") ? 503 : 200, answer.statusCode(), path);
    }
    JsonObject upstream = check(admin.get("/readyz"), "upstream");
    assertTrue(upstream.getString("detail").contains("no answer within"), upstream.encode());
    assertTrue(upstream.getString("detail").contains("the last one was up"), upstream.encode());
  }

  /** The result of before must not serve any more. */
  private void awaitStale() {
    long age;
    do {
      LockSupport.parkNanos(300_000_000L);
      HttpResponse<String> answer = admin.get("/health");
      age = check(answer, "upstream").getLong("ageMillis");
    } while (age < 250);
  }

  @Test
  void wedgedLoop_isNotLiveUntilItTurns() {
    assertEquals(200, status("/livez"));
    var free = new CountDownLatch(1);
    var _ =
        admin.loop.submit(
            () -> {
              free.await();
              return 0;
            });
    awaitStatus("/livez", 503);
    HttpResponse<String> health = admin.get("/health");
    assertEquals(503, health.statusCode());
    assertEquals("down", check(health, "event-loops").getString("state"));
    free.countDown();
    awaitStatus("/livez", 200);
  }

  private void awaitStatus(String path, int wanted) {
    long deadline = System.nanoTime() + 10 * SECOND;
    while (status(path) != wanted) {
      assertFalse(System.nanoTime() > deadline, path + " is not " + wanted);
      LockSupport.parkNanos(20_000_000L);
    }
  }
}
