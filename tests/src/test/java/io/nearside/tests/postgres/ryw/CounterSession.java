package io.nearside.tests.postgres.ryw;

import static io.nearside.tests.stack.PostgresRequest.bind;
import static io.nearside.tests.stack.PostgresRequest.execute;
import static io.nearside.tests.stack.PostgresRequest.parse;
import static io.nearside.tests.stack.PostgresRequest.query;
import static io.nearside.tests.stack.PostgresRequest.sync;

import io.nearside.tests.stack.PostgresMessage;
import io.nearside.tests.stack.RawPostgres;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One client connection that writes and reads counters in every way that the protocol has. One
 * thread at a time.
 */
final class CounterSession implements AutoCloseable {
  /** Made on the primary before a run. */
  static final String SCHEMA =
      """
      CREATE TABLE counter (key int PRIMARY KEY, version bigint NOT NULL);
      INSERT INTO counter SELECT g, 0 FROM generate_series(0, 31) g;
      CREATE FUNCTION which() RETURNS text STABLE LANGUAGE sql AS
        $$ SELECT CASE WHEN pg_is_in_recovery() THEN 'replica' ELSE 'primary' END $$;
      CREATE FUNCTION bump(k int, v bigint) RETURNS bigint VOLATILE LANGUAGE sql AS
        $$ UPDATE counter SET version = v WHERE key = k RETURNING version $$;
      GRANT ALL ON counter TO PUBLIC;
      """;

  /** Ways to write. */
  enum WriteWay {
    SIMPLE,
    TWO_STATEMENTS,
    TRANSACTION,
    TRANSACTION_IN_ONE_QUERY,
    ASYNCHRONOUS_COMMIT,
    UNNAMED,
    NAMED,
    TWO_EXECUTES,
    VOLATILE_FUNCTION,
    DO_BLOCK,
    AFTER_ROLLBACK
  }

  /** Ways to read. */
  enum ReadWay {
    SIMPLE,
    UNNAMED,
    NAMED,
    ALL_KEYS,
    READ_ONLY_TRANSACTION
  }

  /** A counter as a server gave it. */
  record Row(int key, long version, String server) {}

  private static final String READ = "SELECT key, version, which() FROM counter WHERE key = ";
  private static final String UPDATE = "UPDATE counter SET version = $2 WHERE key = $1";

  private final RawPostgres connection;
  private boolean readNamed;
  private boolean writeNamed;

  CounterSession(RawPostgres connection) {
    this.connection = connection;
  }

  /** Writes a version; returns when the server has acknowledged it. */
  void write(WriteWay way, int key, long version) throws IOException {
    String update = update(key, version);
    List<String> values = List.of("" + key, "" + version);
    switch (way) {
      case SIMPLE -> ask(1, query(update));
      case TWO_STATEMENTS -> ask(1, query(update(key, -2) + "; " + update));
      case TRANSACTION -> {
        ask(1, query("BEGIN"));
        ask(1, query(update));
        ask(1, query("COMMIT"));
      }
      case TRANSACTION_IN_ONE_QUERY -> ask(1, query("BEGIN; " + update + "; COMMIT"));
      case ASYNCHRONOUS_COMMIT -> {
        ask(2, query("BEGIN"), query("SET LOCAL synchronous_commit = off"));
        ask(2, query(update), query("COMMIT"));
      }
      case UNNAMED ->
          ask(1, parse("", UPDATE, List.of()), bind("", "", values), execute("", 0), sync());
      case NAMED -> {
        byte[] parse = writeNamed ? new byte[0] : parse("w", UPDATE, List.of());
        ask(1, parse, bind("", "w", values), execute("", 0), sync());
        writeNamed = true;
      }
      case TWO_EXECUTES ->
          ask(
              1,
              parse("", UPDATE, List.of()),
              bind("", "", List.of("" + key, "-3")),
              execute("", 0),
              bind("", "", values),
              execute("", 0),
              sync());
      case VOLATILE_FUNCTION -> ask(1, query("SELECT bump(%d, %d)".formatted(key, version)));
      case DO_BLOCK -> ask(1, query("DO $$ BEGIN " + update + "; END $$"));
      case AFTER_ROLLBACK -> {
        ask(2, query("BEGIN"), query(update(key, -4)));
        ask(1, query("ROLLBACK"));
        ask(1, query(update));
      }
    }
  }

  /** Writes and reads in one go, without waiting between; the read must see the write. */
  List<Row> writeAndRead(int key, long version) throws IOException {
    return rows(ask(2, query(update(key, version)), query(READ + key)));
  }

  /** Reads one counter, or all of them. */
  List<Row> read(ReadWay way, int key) throws IOException {
    String parameterised = READ + "$1";
    return switch (way) {
      case SIMPLE -> rows(ask(1, query(READ + key)));
      case UNNAMED ->
          rows(
              ask(
                  1,
                  parse("", parameterised, List.of()),
                  bind("", "", List.of("" + key)),
                  execute("", 0),
                  sync()));
      case NAMED -> {
        byte[] parse = readNamed ? new byte[0] : parse("r", parameterised, List.of());
        List<PostgresMessage> replies =
            ask(1, parse, bind("", "r", List.of("" + key)), execute("", 0), sync());
        readNamed = true;
        yield rows(replies);
      }
      case ALL_KEYS -> rows(ask(1, query("SELECT key, version, which() FROM counter")));
      case READ_ONLY_TRANSACTION -> {
        ask(1, query("BEGIN READ ONLY"));
        List<Row> rows = rows(ask(1, query(READ + key)));
        ask(1, query("COMMIT"));
        yield rows;
      }
    };
  }

  private static String update(int key, long version) {
    return "UPDATE counter SET version = %d WHERE key = %d".formatted(version, key);
  }

  private List<PostgresMessage> ask(int readies, byte[]... messages) throws IOException {
    connection.send(messages);
    List<PostgresMessage> replies = new ArrayList<>();
    for (int i = 0; i < readies; i++) {
      replies.addAll(connection.readUntil('Z'));
    }
    for (PostgresMessage reply : replies) {
      if (reply.type() == 'E') {
        throw new IOException(reply.fields().toString());
      }
    }
    return replies;
  }

  private static List<Row> rows(List<PostgresMessage> replies) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (PostgresMessage reply : replies) {
      if (reply.type() == 'D') {
        var values = RawPostgres.row(reply);
        rows.add(
            new Row(
                Integer.parseInt(Objects.requireNonNull(values.get(0))),
                Long.parseLong(Objects.requireNonNull(values.get(1))),
                Objects.requireNonNull(values.get(2))));
      }
    }
    if (rows.isEmpty()) {
      throw new IOException("no row in " + replies);
    }
    return rows;
  }

  @Override
  public void close() {
    connection.close();
  }
}
