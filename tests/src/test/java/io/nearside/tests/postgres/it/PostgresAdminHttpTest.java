package io.nearside.tests.postgres.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.it.Eventually;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;
import io.nearside.tests.stack.RawPostgres;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The admin listener of a sidecar in front of a primary, and of a replica that is not there. */
@SuppressWarnings("NullAway.Init") // set before every test
final class PostgresAdminHttpTest {
  private static PostgresServer primary;
  private static SidecarProcess sidecar;
  private static HttpClient http;
  private static int port;

  @BeforeAll
  static void start() {
    primary = PostgresServer.start();
    PostgresYaml face =
        PostgresYaml.inFrontOf(
                primary.folder(), List.of("127.0.0.1:" + primary.port(), "127.0.0.1:1"))
            .with("pool.mode", "transaction")
            .with("statistics.slowMillis", "150");
    port = face.port();
    sidecar = SidecarProcess.start(SidecarYaml.postgresOnly(face).text());
    http = HttpClient.newHttpClient();
  }

  @AfterAll
  static void stop() {
    http.close();
    sidecar.close();
    primary.close();
  }

  private static RawPostgres client() throws IOException {
    return RawPostgres.login(
        port,
        PostgresServer.DATABASE,
        PostgresServer.USER,
        PostgresServer.password(PostgresServer.USER));
  }

  private static HttpResponse<String> send(String method, String path, String body)
      throws IOException {
    try {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + sidecar.adminPort() + path))
              .timeout(Duration.ofSeconds(10))
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static JsonObject get(String path) throws IOException {
    HttpResponse<String> response = send("GET", path, "");
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  private static JsonObject post(String path, String body) throws IOException {
    HttpResponse<String> response = send("POST", path, body);
    assertEquals(200, response.statusCode(), response.body());
    return new JsonObject(response.body());
  }

  private static JsonObject query(String fingerprint) throws IOException {
    JsonArray all = get("/postgres/queries?limit=1000").getJsonArray("queries");
    return all.stream()
        .map(JsonObject.class::cast)
        .filter(one -> one.getString("fingerprint").equals(fingerprint))
        .findFirst()
        .orElseThrow(() -> new AssertionError(fingerprint + " in " + all.encode()));
  }

  @Test
  void queries_ofOneShape_areCountedTogetherWithoutLiterals() throws IOException {
    try (RawPostgres client = client()) {
      for (int i = 0; i < 20; i++) {
        client.rows("SELECT generate_series(1, " + (2 + i % 2) + "), 'hunter" + i + "'");
      }
      client.query("SELECT 1/0");
    }
    JsonObject series = query("select generate_series(?, ?), ?");
    assertEquals(20, series.getInteger("calls"));
    assertEquals(50, series.getInteger("rows"));
    assertEquals(20, series.getInteger("onPrimary"));
    assertTrue(
        0 < series.getDouble("p50Millis")
            && series.getDouble("p50Millis") <= series.getDouble("p99Millis")
            && series.getDouble("p99Millis") <= series.getDouble("maxMillis"),
        series.encode());
    assertEquals(1, query("select ? / ?").getInteger("errors"));
    assertFalse(get("/postgres/queries").encode().contains("hunter"));
    assertEquals(400, send("GET", "/postgres/queries?order=luck", "").statusCode());
  }

  @Test
  void slowQuery_isLoggedWithoutItsLiterals() throws IOException {
    try (RawPostgres client = client()) {
      client.rows("SELECT pg_sleep(0.2), 'hunter2'");
    }
    Eventually.holds(
        "the slow query in the log",
        () -> sidecar.log().contains("shape=\"select pg_sleep(?), ?\""));
    assertFalse(sidecar.log().contains("hunter2"));
    assertTrue(sidecar.log().contains("route=primary"));
  }

  @Test
  void pools_resizedPausedAndResumed_showIt() throws IOException {
    try (RawPostgres client = client()) {
      client.rows("SELECT 1");
      post("/postgres/pools/app/app/resize", "{\"max\": 4}");
      post("/postgres/pause", "{\"database\": \"app\"}");
      Eventually.holds(
          "an empty, paused pool",
          () -> {
            JsonObject pool = get("/postgres/pools").getJsonArray("pools").getJsonObject(0);
            return pool.getBoolean("paused")
                && pool.getInteger("max") == 4
                && pool.getJsonObject("connections").getInteger("idle") == 0;
          });
      assertTrue(post("/postgres/resume", "").getBoolean("wasPaused"));
      post("/postgres/pools/app/app/resize", "{\"max\": 0}");
      assertEquals(1, client.rows("SELECT 1").size());
    }
    assertEquals(
        400, send("POST", "/postgres/pools/app/nobody/resize", "{\"max\":1}").statusCode());
    assertEquals(400, send("POST", "/postgres/pools/app/app/resize", "{}").statusCode());
    assertEquals(400, send("POST", "/postgres/pause", "{\"database\":\"none\"}").statusCode());
  }

  @Test
  void pins_heldAndOver_areShown() throws IOException {
    try (RawPostgres client = client()) {
      client.query("SELECT pg_advisory_lock(7)");
      JsonObject pin = get("/postgres/pins").getJsonArray("pins").getJsonObject(0);
      assertEquals("advisory-lock", pin.getString("reason"));
      assertEquals(client.processId(), pin.getInteger("client"));
      assertTrue(
          metric("nearside_postgres_pinned_clients{reason=\"advisory-lock\"}") == 1, "pinned");
    }
    Eventually.holds("no pin", () -> get("/postgres/pins").getJsonArray("pins").isEmpty());
    assertTrue(metric("nearside_postgres_pins_total{reason=\"advisory-lock\"}") >= 1);
    assertTrue(metric("nearside_postgres_pin_seconds_total{reason=\"advisory-lock\"}") > 0);
  }

  @Test
  void route_withoutAReplica_isThePrimaryAndSaysWhy() throws IOException {
    JsonObject read = get("/postgres/route?sql=SELECT+1&database=app");
    assertEquals("primary", read.getString("route"), read.encode());
    assertEquals("no-replica", read.getString("label"), read.encode());
    assertEquals("write", get("/postgres/route?sql=DELETE+FROM+t").getString("label"));
    assertEquals(400, send("GET", "/postgres/route", "").statusCode());
  }

  @Test
  void metrics_ofTheFace_areThere() throws IOException {
    double before = metricOrZero("db_write_queries_total{database=\"app\"}");
    try (RawPostgres client = client()) {
      client.query("CREATE TEMPORARY TABLE w (i int)");
      client.query("INSERT INTO w VALUES (1)");
    }
    assertEquals(before + 2, metric("db_write_queries_total{database=\"app\"}"));
    assertTrue(metric("nearside_postgres_query_seconds_count{route=\"primary\"}") >= 2);
    assertEquals(
        1,
        metric(
            "nearside_postgres_server_role{role=\"primary\",server=\"127.0.0.1:"
                + primary.port()
                + "\"}"));
    assertEquals(0, metric("nearside_postgres_server_up{server=\"127.0.0.1:1\"}"));
  }

  private static double metric(String sample) throws IOException {
    String line =
        send("GET", "/metrics", "")
            .body()
            .lines()
            .filter(one -> one.startsWith(sample + " "))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no " + sample));
    return Double.parseDouble(line.substring(sample.length() + 1));
  }

  private static double metricOrZero(String sample) throws IOException {
    return send("GET", "/metrics", "").body().contains(sample + " ") ? metric(sample) : 0;
  }

  @Test
  void health_replicaAway_isDegradedAndReady() throws IOException {
    Eventually.holds(
        "a primary", () -> send("GET", "/readyz", "").body().contains("postgres primary"));
    HttpResponse<String> ready = send("GET", "/readyz", "");
    assertEquals(200, ready.statusCode(), ready.body());
    JsonObject upstream =
        new JsonObject(ready.body())
            .getJsonArray("checks").stream()
                .map(JsonObject.class::cast)
                .filter(check -> check.getString("name").equals("upstream"))
                .findFirst()
                .orElseThrow();
    assertEquals("degraded", upstream.getString("state"));
    String detail = upstream.getString("detail");
    assertTrue(
        detail.matches("(?s)postgres primary 127.0.0.1:\\d+ answered \\d+ ms ago.*"), detail);
    assertTrue(detail.contains("127.0.0.1:1 "), detail);
  }
}
