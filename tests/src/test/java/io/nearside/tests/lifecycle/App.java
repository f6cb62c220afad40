package io.nearside.tests.lifecycle;

import io.nearside.tests.stack.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The app of a pod: threads that read and write through the sidecar beside them by ordinary
 * drivers, each on one connection, without ever trying again.
 */
final class App {
  static final String TABLE = "CREATE TABLE rollout (worker text, n bigint)";

  private static final int WORKERS_EACH = 2;
  private static final long PAUSE_MILLIS = 2;

  /** Far more than a late answer takes on a busy machine: what fails is a lost connection. */
  private static final int TIMEOUT_MILLIS = 30_000;

  private final Books books;
  private final List<Thread> workers = new ArrayList<>();
  private volatile boolean stopping;

  private App(Books books) {
    this.books = books;
  }

  static App start(String pod, int redisPort, int postgresPort, Books books) {
    var app = new App(books);
    for (int i = 0; i < WORKERS_EACH; i++) {
      String redis = pod + "-redis-" + i;
      String postgres = pod + "-postgres-" + i;
      app.workers.add(Thread.ofPlatform().name(redis).start(() -> app.redis(redis, redisPort)));
      app.workers.add(
          Thread.ofPlatform().name(postgres).start(() -> app.postgres(postgres, postgresPort)));
    }
    return app;
  }

  /** What SIGTERM does to an app: it ends what it is at, closes its connections, and is gone. */
  void stop() throws InterruptedException {
    stopping = true;
    for (Thread worker : workers) {
      worker.join();
    }
  }

  private void redis(String worker, int port) {
    try (var jedis = new Jedis("127.0.0.1", port, TIMEOUT_MILLIS)) {
      for (long n = 1; !stopping; n++) {
        long count = jedis.incr("count:" + worker);
        if (count != n) {
          books.failed(worker, "INCR gave " + count + " for " + n);
          return;
        }
        books.wrote(worker, n);
        jedis.set("value:" + worker, Long.toString(n));
        String read = jedis.get("value:" + worker);
        if (!Long.toString(n).equals(read)) {
          books.failed(worker, "GET gave " + read + " for " + n);
        }
        jedis.get("shared");
        books.answered();
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (JedisException e) {
      books.failed(worker, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void postgres(String worker, int port) {
    try (Connection connection =
            DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + PostgresServer.DATABASE,
                PostgresServer.USER,
                PostgresServer.password(PostgresServer.USER));
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO rollout VALUES (?, ?)");
        PreparedStatement select =
            connection.prepareStatement("SELECT max(n) FROM rollout WHERE worker = ?")) {
      for (long n = 1; !stopping; n++) {
        // One in four in a transaction block.
        connection.setAutoCommit(n % 4 != 0);
        insert.setString(1, worker);
        insert.setLong(2, n);
        insert.executeUpdate();
        if (!connection.getAutoCommit()) {
          connection.commit();
          connection.setAutoCommit(true);
        }
        books.wrote(worker, n);
        select.setString(1, worker);
        try (ResultSet rows = select.executeQuery()) {
          rows.next();
          if (rows.getLong(1) != n) {
            books.failed(worker, "SELECT gave " + rows.getLong(1) + " for " + n);
          }
        }
        books.answered();
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (SQLException e) {
      books.failed(worker, e.getSQLState() + " " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
