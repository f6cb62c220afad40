package io.nearside.tests.postgres.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.PreparedStatement;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** The Vert.x client: a pool, pipelining, its cache of prepared statements, cursors. */
final class VertxPgScenario implements DriverScenario {
  private final int pipelining;

  VertxPgScenario(int pipelining) {
    this.pipelining = pipelining;
  }

  @Override
  public String driver() {
    return "Vert.x PG Client, pipelining " + pipelining;
  }

  @Override
  public void run(DriverTarget target) throws Exception {
    Vertx vertx = Vertx.vertx();
    PgConnectOptions options =
        new PgConnectOptions()
            .setHost(DriverTarget.HOST)
            .setPort(target.port())
            .setDatabase(target.database())
            .setUser(target.user())
            .setPassword(target.password())
            .setPipeliningLimit(pipelining)
            .setCachePreparedStatements(true);
    Pool pool =
        PgBuilder.pool()
            .using(vertx)
            .connectingTo(options)
            .with(new PoolOptions().setMaxSize(4))
            .build();
    try {
      await(pool.query("create table v (a int primary key, b text)").execute());
      pooled(pool);
      pipelined(pool);
      transactions(pool);
      cursors(pool);
      errors(pool);
      cancelAndListen(vertx, options);
    } finally {
      await(pool.close());
      await(vertx.close());
    }
  }

  private static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static void pooled(Pool pool) throws Exception {
    List<Future<?>> inserts = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      inserts.add(
          pool.preparedQuery("insert into v values ($1, $2)").execute(Tuple.of(i, "row " + i)));
    }
    await(Future.all(inserts));
    List<Future<String>> reads = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      reads.add(
          pool.preparedQuery("select b from v where a = $1")
              .execute(Tuple.of(i))
              .map(rows -> rows.iterator().next().getString(0)));
    }
    for (int i = 0; i < 100; i++) {
      assertEquals("row " + i, await(reads.get(i)));
    }
  }

  private static void pipelined(Pool pool) throws Exception {
    SqlConnection connection = await(pool.getConnection());
    List<Future<Integer>> answers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      answers.add(
          connection
              .preparedQuery("select $1::int4 + " + i % 7)
              .execute(Tuple.of(i))
              .map(rows -> rows.iterator().next().getInteger(0)));
    }
    Future<?> broken = connection.query("select 1/0").execute();
    Future<Integer> after =
        connection.query("select 7").execute().map(rows -> rows.iterator().next().getInteger(0));
    for (int i = 0; i < 300; i++) {
      assertEquals(i + i % 7, await(answers.get(i)));
    }
    assertThrows(PgException.class, () -> await(broken));
    assertEquals(7, await(after));
    await(connection.close());
  }

  private static void transactions(Pool pool) throws Exception {
    SqlConnection connection = await(pool.getConnection());
    Transaction transaction = await(connection.begin());
    await(connection.query("delete from v where a < 50").execute());
    assertEquals(100L, count(pool));
    await(transaction.rollback());
    assertEquals(100L, count(pool));
    await(connection.close());
    await(pool.withTransaction(c -> c.query("delete from v where a < 50").execute()));
    assertEquals(50L, count(pool));
    RowSet<Row> parts =
        await(
            pool.preparedQuery("insert into v values ($1, $2)")
                .executeBatch(List.of(Tuple.of(200, "x"), Tuple.of(201, "y"), Tuple.of(202, "z"))));
    int inserted = 0;
    for (RowSet<Row> part = parts; part != null; part = part.next()) {
      inserted += part.rowCount();
    }
    assertEquals(3, inserted);
  }

  private static long count(Pool pool) throws Exception {
    return await(pool.query("select count(*) from v").execute()).iterator().next().getLong(0);
  }

  private static void cursors(Pool pool) throws Exception {
    SqlConnection connection = await(pool.getConnection());
    Transaction transaction = await(connection.begin());
    PreparedStatement statement =
        await(connection.prepare("select x from generate_series(1, $1::int) x"));
    Cursor cursor = statement.cursor(Tuple.of(120));
    int rows = 0;
    long sum = 0;
    do {
      for (Row row : await(cursor.read(50))) {
        rows++;
        sum += row.getInteger(0);
      }
    } while (cursor.hasMore());
    assertEquals(120, rows);
    assertEquals(7_260L, sum);
    await(cursor.close());
    await(statement.close());
    await(transaction.commit());
    await(connection.close());
  }

  private static void errors(Pool pool) throws Exception {
    var duplicate =
        assertThrows(
            PgException.class,
            () ->
                await(
                    pool.preparedQuery("insert into v values ($1, $2)")
                        .execute(Tuple.of(99, "again"))));
    assertEquals("23505", duplicate.getSqlState());
    assertEquals("v_pkey", duplicate.getConstraint());
    await(pool.query("create table changing (a int)").execute());
    String read = "select * from changing";
    assertEquals(0, await(pool.preparedQuery(read).execute()).size());
  }

  private static void cancelAndListen(Vertx vertx, PgConnectOptions options) throws Exception {
    PgConnection one = await(PgConnection.connect(vertx, options));
    PgConnection two = await(PgConnection.connect(vertx, options));
    Future<?> sleeping = one.query("select pg_sleep(30)").execute();
    // A cancel that comes before the statement cancels nothing: sent until it hits.
    while (!sleeping.isComplete()) {
      await(one.cancelRequest());
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertEquals("57014", assertThrows(PgException.class, () -> await(sleeping)).getSqlState());
    Expect.eventually(() -> await(one.query("select 1").execute()).size() == 1);
    var heard = new ArrayBlockingQueue<String>(10);
    one.notificationHandler(notification -> heard.add(notification.getPayload()));
    await(one.query("listen vertx_channel").execute());
    await(two.query("notify vertx_channel, 'hello'").execute());
    assertEquals("hello", heard.poll(10, TimeUnit.SECONDS));
    await(one.close());
    await(two.close());
  }
}
