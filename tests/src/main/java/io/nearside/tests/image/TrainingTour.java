package io.nearside.tests.image;

import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.RawRedis;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.locks.LockSupport;

/**
 * What a sidecar does in its first minute in a pod, for the recording of {@link AotTraining}: hits
 * and misses, pipelines, transactions, both protocols of Redis, SQL in both protocols of
 * PostgreSQL, writes that come from its peer and from others, probes and a scrape.
 */
final class TrainingTour {
  private static final Duration JOINED_WITHIN = Duration.ofSeconds(60);
  private static final int ROUNDS = 50;
  private static final int PIPELINE = 64;
  private static final int STATEMENTS = 30;

  private final RedisServer redis;
  private final SidecarProcess recorded;
  private final SidecarProcess other;
  private final List<Integer> postgresPorts;

  /**
   * A tour of a sidecar that is up.
   *
   * @param postgresPorts of its PostgreSQL face and its peer's, or none
   */
  TrainingTour(
      RedisServer redis,
      SidecarProcess recorded,
      SidecarProcess other,
      List<Integer> postgresPorts) {
    this.redis = redis;
    this.recorded = recorded;
    this.other = other;
    this.postgresPorts = List.copyOf(postgresPorts);
  }

  void run() throws IOException {
    awaitJoined();
    for (int round = 0; round < ROUNDS; round++) {
      redis(round);
    }
    for (int port : postgresPorts) {
      sql(port, "simple");
      sql(port, "extended");
    }
    for (String path :
        List.of("/livez", "/readyz", "/startupz", "/metrics", "/cache", "/cluster", "/config")) {
      recorded.get(path);
    }
  }

  private void awaitJoined() {
    long deadline = System.nanoTime() + JOINED_WITHIN.toNanos();
    String answer = "";
    while (System.nanoTime() < deadline) {
      answer = recorded.get("/cluster").body();
      if (answer.contains("sidecar-1") && !answer.replace(" ", "").contains("\"fenced\":true")) {
        return;
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new IllegalStateException("the sidecars did not join: " + answer + recorded.log());
  }

  private void redis(int round) throws IOException {
    try (RawRedis client = RawRedis.connect(recorded.redisPort());
        RawRedis peer = RawRedis.connect(other.redisPort());
        RawRedis direct = redis.connect()) {
      if (round % 2 == 0) {
        client.ask("HELLO", "3");
      }
      client.ask("CLIENT", "SETNAME", "training");
      String key = "training:" + round;
      client.ask("SET", key, "value", "EX", "60");
      client.ask("HSET", key + ":hash", "a", "1", "b", "2");
      ByteArrayOutputStream commands = new ByteArrayOutputStream();
      for (int i = 0; i < PIPELINE; i++) {
        commands.writeBytes(RawRedis.encode("GET", key));
      }
      client.send(commands.toByteArray());
      client.read(PIPELINE);
      client.ask("MGET", key, key + ":2");
      client.ask("HGETALL", key + ":hash");
      client.ask("MULTI");
      client.ask("INCR", key + ":count");
      client.ask("EXEC");
      peer.ask("SET", key, "changed");
      client.ask("GET", key);
      direct.ask("SET", key, "around");
      client.ask("GET", key);
      client.ask("EVAL", "return redis.call('GET', KEYS[1])", "1", key);
      client.ask("DEL", key, key + ":hash", key + ":count");
      client.ask("NO-SUCH-COMMAND");
    }
  }

  private static void sql(int port, String queryMode) {
    var properties = new Properties();
    properties.setProperty("user", PostgresServer.USER);
    properties.setProperty("password", PostgresServer.password(PostgresServer.USER));
    properties.setProperty("preferQueryMode", queryMode);
    String url = "jdbc:postgresql://127.0.0.1:" + port + "/" + PostgresServer.DATABASE;
    try (Connection client = DriverManager.getConnection(url, properties);
        var statement = client.createStatement()) {
      statement.execute("CREATE TABLE IF NOT EXISTS training (id int PRIMARY KEY, name text)");
      try (var insert =
              client.prepareStatement(
                  "INSERT INTO training VALUES (?, ?) ON CONFLICT (id) DO NOTHING");
          var select = client.prepareStatement("SELECT name FROM training WHERE id = ?")) {
        for (int i = 0; i < STATEMENTS; i++) {
          insert.setInt(1, i);
          insert.setString(2, "name");
          insert.executeUpdate();
          select.setInt(1, i);
          try (ResultSet rows = select.executeQuery()) {
            rows.next();
          }
        }
      }
      client.setAutoCommit(false);
      statement.execute("UPDATE training SET name = 'other' WHERE id = 1");
      client.commit();
    } catch (SQLException e) {
      throw new IllegalStateException("the SQL of the tour failed", e);
    }
  }
}
