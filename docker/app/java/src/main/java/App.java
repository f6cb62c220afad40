import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import redis.clients.jedis.RedisClient;

/** An app that knows nothing of Nearside: it talks to 127.0.0.1 with the usual drivers. */
public final class App {
  private static final Path HEARTBEAT = Path.of("/tmp/heartbeat");
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private App() {}

  public static void main(String[] args) throws Exception {
    if (args.length == 1 && args[0].equals("--healthy")) {
      System.exit(healthy() ? 0 : 1);
    }
    Map<String, String> environment = System.getenv();
    String url =
        "jdbc:postgresql://%s:%s/%s"
            .formatted(
                environment.get("PGHOST"),
                environment.get("PGPORT"),
                environment.get("PGDATABASE"));
    try (RedisClient cache = RedisClient.create(environment.get("REDIS_URL"));
        Connection database =
            DriverManager.getConnection(
                url, environment.get("PGUSER"), environment.get("PGPASSWORD"))) {
      run(cache, database);
    }
  }

  private static void run(RedisClient cache, Connection database)
      throws IOException, InterruptedException, SQLException {
    try (var statement = database.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS rounds (app text PRIMARY KEY, count bigint NOT NULL)");
      while (true) {
        statement.execute(
            "INSERT INTO rounds VALUES ('java', 1)"
                + " ON CONFLICT (app) DO UPDATE SET count = rounds.count + 1");
        long count;
        try (var rows = statement.executeQuery("SELECT count FROM rounds WHERE app = 'java'")) {
          rows.next();
          count = rows.getLong(1);
        }
        cache.set("rounds:java", Long.toString(count));
        long started = System.nanoTime();
        String other = cache.get("rounds:python");
        long micros = (System.nanoTime() - started) / 1_000;
        System.out.printf(
            "java: round %d; python is at %s, read in %d microseconds%n", count, other, micros);
        Files.writeString(HEARTBEAT, Instant.now().toString());
        Thread.sleep(1_000);
      }
    }
  }

  /** Whether the other process, the app, has gone round lately. */
  private static boolean healthy() throws IOException {
    return Files.exists(HEARTBEAT)
        && Files.getLastModifiedTime(HEARTBEAT).toInstant().plus(PATIENCE).isAfter(Instant.now());
  }
}
