package io.nearside.tests.postgres.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.io.StringWriter;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** pgjdbc in one of its query modes, with server-side statements from the first use or never. */
final class PgJdbcScenario implements DriverScenario {
  private final String queryMode;
  private final int prepareThreshold;

  /**
   * Makes one.
   *
   * @param queryMode {@code simple} or {@code extended}, as the driver's {@code preferQueryMode}
   * @param prepareThreshold uses before a statement gets a name; 0 for never
   */
  PgJdbcScenario(String queryMode, int prepareThreshold) {
    this.queryMode = queryMode;
    this.prepareThreshold = prepareThreshold;
  }

  @Override
  public String driver() {
    return "pgjdbc " + queryMode + " " + prepareThreshold;
  }

  @Override
  public void run(DriverTarget target) throws Exception {
    try (Connection one = connect(target);
        Connection two = connect(target)) {
      values(one);
      preparedByTurns(one, two);
      transaction(one, two);
      batch(one);
      copy(one);
      streaming(one);
      errors(one);
      cancel(one);
      listen(one, two);
      settings(one, two);
      metadata(one);
    }
  }

  private Connection connect(DriverTarget target) throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", target.user());
    properties.setProperty("password", target.password());
    properties.setProperty("preferQueryMode", queryMode);
    properties.setProperty("prepareThreshold", Integer.toString(prepareThreshold));
    properties.setProperty("ApplicationName", "scenario");
    properties.setProperty("sslmode", "disable");
    return DriverManager.getConnection(
        "jdbc:postgresql://%s:%d/%s".formatted(DriverTarget.HOST, target.port(), target.database()),
        properties);
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String one(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      assertTrue(rows.next(), sql);
      String value = rows.getString(1);
      assertFalse(rows.next(), sql);
      return String.valueOf(value);
    }
  }

  private static void values(Connection connection) throws SQLException {
    execute(
        connection,
        "create table item (id serial primary key, n int, t text, b bytea, d date, a int[], j"
            + " jsonb)");
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into item (n, t, b, d, a, j) values (?, ?, ?, ?, ?, ?::jsonb) returning id")) {
      for (int i = 1; i <= 10; i++) {
        insert.setInt(1, i);
        insert.setString(2, "text ü " + i);
        insert.setBytes(3, new byte[] {0, (byte) i, -1});
        insert.setDate(4, java.sql.Date.valueOf("2024-02-29"));
        insert.setArray(5, connection.createArrayOf("int4", new Object[] {i, null, i + 1}));
        insert.setString(6, "{\"i\": " + i + "}");
        try (ResultSet key = insert.executeQuery()) {
          assertTrue(key.next());
          assertEquals(i, key.getInt(1));
        }
      }
    }
    try (PreparedStatement select =
        connection.prepareStatement("select * from item where n = ? and t like ?")) {
      for (int i = 1; i <= 10; i++) {
        select.setInt(1, i);
        select.setString(2, "text%");
        try (ResultSet row = select.executeQuery()) {
          assertTrue(row.next());
          assertEquals("text ü " + i, row.getString("t"));
          assertArrayEquals(new byte[] {0, (byte) i, -1}, row.getBytes("b"));
          assertEquals("2024-02-29", row.getDate("d").toString());
          assertArrayEquals(
              new Integer[] {i, null, i + 1}, (Integer[]) row.getArray("a").getArray());
          assertEquals("{\"i\": " + i + "}", row.getString("j"));
          assertFalse(row.next());
        }
      }
    }
  }

  private static void preparedByTurns(Connection one, Connection two) throws SQLException {
    try (PreparedStatement a = one.prepareStatement("select ?::int * 2");
        PreparedStatement b = two.prepareStatement("select ?::int * 3")) {
      for (int i = 0; i < 20; i++) {
        a.setInt(1, i);
        b.setInt(1, i);
        try (ResultSet x = a.executeQuery();
            ResultSet y = b.executeQuery()) {
          assertTrue(x.next() && y.next());
          assertEquals(i * 2, x.getInt(1));
          assertEquals(i * 3, y.getInt(1));
        }
      }
    }
  }

  private static void transaction(Connection one, Connection two) throws SQLException {
    one.setAutoCommit(false);
    execute(one, "create table account (id int primary key, money int)");
    execute(one, "insert into account values (1, 100), (2, 0)");
    one.commit();
    execute(one, "update account set money = money - 10 where id = 1");
    assertEquals("100", one(two, "select money from account where id = 1"));
    Savepoint savepoint = one.setSavepoint();
    assertThrows(SQLException.class, () -> execute(one, "insert into account values (1, 5)"));
    one.rollback(savepoint);
    execute(one, "update account set money = money + 10 where id = 2");
    one.commit();
    assertEquals("90", one(two, "select money from account where id = 1"));
    execute(one, "delete from account");
    one.rollback();
    assertEquals("2", one(one, "select count(*) from account"));
    one.commit();
    one.setReadOnly(true);
    var refused = assertThrows(SQLException.class, () -> execute(one, "delete from account"));
    assertEquals("25006", refused.getSQLState());
    one.rollback();
    one.setReadOnly(false);
    one.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
    assertEquals("serializable", one(one, "show transaction_isolation"));
    one.commit();
    one.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    one.setAutoCommit(true);
  }

  private static void batch(Connection connection) throws SQLException {
    execute(connection, "create table lot (n int primary key)");
    try (PreparedStatement insert = connection.prepareStatement("insert into lot values (?)")) {
      for (int i = 0; i < 500; i++) {
        insert.setInt(1, i);
        insert.addBatch();
      }
      assertEquals(500, insert.executeBatch().length);
      insert.setInt(1, 1_000);
      insert.addBatch();
      insert.setInt(1, 1);
      insert.addBatch();
      assertThrows(BatchUpdateException.class, insert::executeBatch);
    }
    assertEquals("500", one(connection, "select count(*) from lot where n < 1000"));
  }

  private static void copy(Connection connection) throws Exception {
    execute(connection, "create table copied (n int, t text)");
    var copy = connection.unwrap(PGConnection.class).getCopyAPI();
    assertEquals(
        2, copy.copyIn("copy copied from stdin (format csv)", new StringReader("1,a\n2,b\n")));
    var out = new StringWriter();
    assertEquals(2, copy.copyOut("copy (select * from copied order by n) to stdout", out));
    assertEquals("1\ta\n2\tb\n", out.toString());
    assertThrows(
        SQLException.class,
        () -> copy.copyIn("copy copied from stdin", new StringReader("x\ty\n")));
    assertEquals("2", one(connection, "select count(*) from copied"));
  }

  private static void streaming(Connection connection) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement select =
        connection.prepareStatement("select x, repeat('r', 100) from generate_series(1, ?) x")) {
      select.setFetchSize(100);
      select.setInt(1, 5_000);
      long sum = 0;
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          sum += rows.getInt(1);
        }
      }
      assertEquals(5_000L * 5_001 / 2, sum);
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  private static void errors(Connection connection) throws SQLException {
    var division = assertThrows(SQLException.class, () -> one(connection, "select 1/0"));
    assertEquals("22012", division.getSQLState());
    try (PreparedStatement broken =
        connection.prepareStatement("select * from no_such where a = ?")) {
      broken.setInt(1, 1);
      assertEquals("42P01", assertThrows(SQLException.class, broken::executeQuery).getSQLState());
      assertEquals("42P01", assertThrows(SQLException.class, broken::executeQuery).getSQLState());
    }
    assertEquals("1", one(connection, "select 1"));
  }

  private static void cancel(Connection connection) throws Exception {
    try (Statement sleeper = connection.createStatement()) {
      var started = new CountDownLatch(1);
      CompletableFuture<String> state =
          CompletableFuture.supplyAsync(
              () -> {
                started.countDown();
                return assertThrows(
                        SQLException.class, () -> sleeper.execute("select pg_sleep(30)"))
                    .getSQLState();
              });
      started.await();
      // A cancel that comes before the statement cancels nothing: sent until it hits. The
      // statement's own cancel() would be sent once.
      PGConnection canceller = connection.unwrap(PGConnection.class);
      while (!state.isDone()) {
        canceller.cancelQuery();
        TimeUnit.MILLISECONDS.sleep(20);
      }
      assertEquals("57014", state.get());
    }
    // A late cancel may hit the next statement, with PostgreSQL as with everything before it.
    Expect.eventually(() -> one(connection, "select 1").equals("1"));
  }

  private static void listen(Connection one, Connection two) throws SQLException {
    execute(one, "listen scenario");
    execute(two, "notify scenario, 'hello'");
    PGNotification[] heard = one.unwrap(PGConnection.class).getNotifications(10_000);
    assertEquals(1, heard.length);
    assertEquals("hello", heard[0].getParameter());
    execute(one, "unlisten *");
  }

  private static void settings(Connection one, Connection two) throws SQLException {
    String before = one(one, "show timezone");
    execute(one, "set timezone = 'Asia/Tokyo'");
    execute(one, "set work_mem = '3MB'");
    execute(one, "set search_path = pg_catalog");
    assertEquals("3MB", one(one, "show work_mem"));
    assertEquals("Asia/Tokyo", one(one, "show timezone"));
    assertEquals("pg_catalog", one(one, "show search_path"));
    assertFalse(one(two, "show work_mem").equals("3MB"));
    assertFalse(one(two, "show timezone").equals("Asia/Tokyo"));
    assertEquals("2", one(two, "select count(*) from copied"));
    execute(one, "reset all");
    assertEquals(before, one(one, "show timezone"));
    execute(one, "create temp table mine as select 1 as a");
    assertEquals("1", one(one, "select a from mine"));
    assertThrows(SQLException.class, () -> one(two, "select a from mine"));
    execute(one, "discard temp");
  }

  private static void metadata(Connection connection) throws SQLException {
    try (ResultSet columns = connection.getMetaData().getColumns(null, "public", "item", null)) {
      int count = 0;
      while (columns.next()) {
        count++;
      }
      assertEquals(7, count);
    }
    assertTrue(connection.isValid(5));
  }
}
