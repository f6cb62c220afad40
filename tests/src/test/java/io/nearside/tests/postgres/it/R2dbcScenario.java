package io.nearside.tests.postgres.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlResult;
import io.r2dbc.postgresql.api.PostgresqlStatement;
import io.r2dbc.spi.R2dbcException;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** R2DBC: values, prepared statements, transactions, fetch size, notifications. */
final class R2dbcScenario implements DriverScenario {
  private static final Duration WITHIN = Duration.ofSeconds(30);

  @Override
  public String driver() {
    return "R2DBC";
  }

  @Override
  public void run(DriverTarget target) {
    var factory =
        new PostgresqlConnectionFactory(
            PostgresqlConnectionConfiguration.builder()
                .host(DriverTarget.HOST)
                .port(target.port())
                .database(target.database())
                .username(target.user())
                .password(target.password())
                .preparedStatementCacheQueries(10)
                .build());
    PostgresqlConnection one = get(factory.create());
    PostgresqlConnection two = get(factory.create());
    try {
      values(one);
      transactions(one, two);
      fetches(one);
      errors(one);
      notifications(one, two);
    } finally {
      one.close().block(WITHIN);
      two.close().block(WITHIN);
    }
  }

  private static <T> T get(Mono<T> mono) {
    T value = mono.block(WITHIN);
    if (value == null) {
      throw new AssertionError("nothing came");
    }
    return value;
  }

  private static void execute(PostgresqlConnection connection, String sql) {
    connection
        .createStatement(sql)
        .execute()
        .flatMap(PostgresqlResult::getRowsUpdated)
        .blockLast(WITHIN);
  }

  private static List<String> column(PostgresqlStatement statement) {
    return get(
        statement
            .execute()
            .flatMap(result -> result.map((row, meta) -> String.valueOf(row.get(0))))
            .collectList());
  }

  private static void values(PostgresqlConnection connection) {
    execute(connection, "create table r (a int primary key, b text)");
    PostgresqlStatement insert = connection.createStatement("insert into r (a, b) values ($1, $2)");
    for (int i = 1; i <= 20; i++) {
      insert.bind("$1", i).bind("$2", "ü " + i);
      if (i < 20) {
        insert.add();
      }
    }
    insert.execute().flatMap(PostgresqlResult::getRowsUpdated).blockLast(WITHIN);
    for (int i = 1; i <= 20; i++) {
      assertEquals(
          List.of("ü " + i),
          column(connection.createStatement("select b from r where a = $1").bind("$1", i)));
    }
  }

  private static void transactions(PostgresqlConnection one, PostgresqlConnection two) {
    one.beginTransaction().block(WITHIN);
    execute(one, "delete from r");
    assertEquals(List.of("20"), column(two.createStatement("select count(*) from r")));
    one.rollbackTransaction().block(WITHIN);
    assertEquals(List.of("20"), column(one.createStatement("select count(*) from r")));
    one.beginTransaction().block(WITHIN);
    execute(one, "delete from r where a > 10");
    one.commitTransaction().block(WITHIN);
    assertEquals(List.of("10"), column(two.createStatement("select count(*) from r")));
  }

  private static void fetches(PostgresqlConnection connection) {
    PostgresqlStatement statement =
        connection
            .createStatement("select x from generate_series(1, $1::int) x")
            .bind("$1", 1_000)
            .fetchSize(37);
    assertEquals(1_000, column(statement).size());
    // Cancelled after some rows: the driver discards the rest or closes the portal.
    List<String> some =
        get(
            Flux.from(
                    connection
                        .createStatement("select x from generate_series(1, $1::int) x")
                        .bind("$1", 10_000)
                        .fetchSize(10)
                        .execute())
                .flatMap(result -> result.map((row, meta) -> String.valueOf(row.get(0))))
                .take(25)
                .collectList());
    assertEquals(25, some.size());
    assertEquals(List.of("1"), column(connection.createStatement("select 1")));
  }

  private static void errors(PostgresqlConnection connection) {
    var division =
        assertThrows(R2dbcException.class, () -> column(connection.createStatement("select 1/0")));
    assertEquals("22012", division.getSqlState());
    var missing =
        assertThrows(
            R2dbcException.class,
            () ->
                column(
                    connection.createStatement("select * from no_such where a = $1").bind(0, 1)));
    assertEquals("42P01", missing.getSqlState());
    assertEquals(List.of("1"), column(connection.createStatement("select 1")));
  }

  private static void notifications(PostgresqlConnection one, PostgresqlConnection two) {
    execute(one, "listen r2dbc_channel");
    Mono<String> heard = one.getNotifications().next().mapNotNull(n -> n.getParameter()).cache();
    var subscription = heard.subscribe();
    execute(two, "notify r2dbc_channel, 'hello'");
    assertEquals("hello", get(heard));
    subscription.dispose();
  }
}
