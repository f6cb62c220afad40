package io.nearside.tests.postgres.fault;

import static io.nearside.tests.stack.PostgresRequest.bind;
import static io.nearside.tests.stack.PostgresRequest.copyData;
import static io.nearside.tests.stack.PostgresRequest.copyDone;
import static io.nearside.tests.stack.PostgresRequest.execute;
import static io.nearside.tests.stack.PostgresRequest.parse;
import static io.nearside.tests.stack.PostgresRequest.query;
import static io.nearside.tests.stack.PostgresRequest.sync;

import io.nearside.tests.stack.PostgresMessage;
import io.nearside.tests.stack.RawPostgres;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * One client connection that asks with tags and has the answers judged. What a fault may bring is
 * told by exceptions; what none may bring is told to the ledger. One thread at a time.
 */
final class TagSession implements AutoCloseable {
  /** Made on the primary before a run; {@code tag} is deliberately not unique. */
  static final String SCHEMA =
      """
      CREATE TABLE written (tag text NOT NULL);
      GRANT ALL ON written TO PUBLIC;
      """;

  /** What is asked. */
  enum Way {
    SIMPLE,
    TWO_RESULTS,
    UNNAMED,
    NAMED,
    PIPELINE,
    MANY_ROWS,
    WRONG_TYPE,
    ERROR_IN_PIPELINE,
    CURSOR,
    PORTAL,
    COPY_OUT,
    COPY_IN,
    INSERT,
    TRANSACTION,
    ROLLBACK,
    SETTING
  }

  /** The server said no; the connection goes on. */
  static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;
    private final String sqlState;

    RefusedException(String sqlState, String message) {
      super(sqlState + " " + message);
      this.sqlState = sqlState;
    }

    String sqlState() {
      return sqlState;
    }
  }

  static final Duration ANSWERED_WITHIN = Duration.ofSeconds(20);

  private final RawPostgres connection;
  private final TagLedger ledger;
  private final SplittableRandom random;
  private boolean named;
  private String setting = "";

  TagSession(RawPostgres connection, TagLedger ledger, SplittableRandom random) {
    this.connection = connection;
    this.ledger = ledger;
    this.random = random;
  }

  RawPostgres connection() {
    return connection;
  }

  /** What comes back of a question: rows and COPY lines as text, and errors. */
  private record Answer(List<String> rows, List<PostgresMessage> errors) {}

  /** Asks in one way; returns when the answer is there and was right. */
  void ask(Way way, String tag) throws IOException {
    ledger.count("asked " + way);
    int many = random.nextInt(2, 400);
    switch (way) {
      case SIMPLE -> expect(tag, List.of(tag), query("SELECT '" + tag + "'"));
      case TWO_RESULTS ->
          expect(
              tag, List.of(tag, tag + "2"), query("SELECT '%s'; SELECT '%s2'".formatted(tag, tag)));
      case UNNAMED ->
          expect(
              tag,
              List.of(tag),
              parse("", "SELECT $1::text", List.of()),
              bind("", "", List.of(tag)),
              execute("", 0),
              sync());
      case NAMED -> named(tag);
      case PIPELINE -> pipeline(tag);
      case MANY_ROWS ->
          expect(
              tag,
              numbered(tag, many),
              query("SELECT '%s' || g FROM generate_series(1, %d) g".formatted(tag, many)));
      case WRONG_TYPE -> error(tag, "22P02", query("SELECT '" + tag + "'::int"));
      case ERROR_IN_PIPELINE -> errorInPipeline(tag);
      case CURSOR -> cursor(tag, many);
      case PORTAL -> portal(tag, many);
      case COPY_OUT ->
          expect(
              tag,
              numbered(tag, many),
              query(
                  "COPY (SELECT '%s' || g FROM generate_series(1, %d) g) TO STDOUT"
                      .formatted(tag, many)));
      case COPY_IN -> write(tag, () -> copyIn(tag));
      case INSERT ->
          write(
              tag,
              () ->
                  expect(
                      tag,
                      List.of(tag),
                      query("INSERT INTO written VALUES ('" + tag + "') RETURNING tag")));
      case TRANSACTION -> write(tag, () -> transaction(tag));
      case ROLLBACK -> rollback(tag);
      case SETTING -> setting(tag);
    }
    ledger.count("answered");
  }

  private interface Step {
    void run() throws IOException;
  }

  private void write(String tag, Step step) throws IOException {
    ledger.write(tag, TagLedger.Fate.UNKNOWN);
    step.run();
    ledger.write(tag, TagLedger.Fate.ACKNOWLEDGED);
  }

  private void named(String tag) throws IOException {
    byte[] parse = named ? new byte[0] : parse("mine", "SELECT $1::text || ''", List.of());
    expect(tag, List.of(tag), parse, bind("", "mine", List.of(tag)), execute("", 0), sync());
    named = true;
  }

  private void pipeline(String tag) throws IOException {
    var all = new ByteArrayOutputStream();
    int count = random.nextInt(2, 8);
    for (int i = 1; i <= count; i++) {
      if (random.nextBoolean()) {
        all.writeBytes(query("SELECT '%s%d'".formatted(tag, i)));
      } else {
        all.writeBytes(parse("", "SELECT $1::text", List.of()));
        all.writeBytes(bind("", "", List.of(tag + i)));
        all.writeBytes(execute("", 0));
        all.writeBytes(sync());
      }
    }
    connection.send(all.toByteArray());
    for (int i = 1; i <= count; i++) {
      ledger.complete(tag, List.of(tag + i), rows(tag));
    }
  }

  private void errorInPipeline(String tag) throws IOException {
    connection.send(
        parse("", "SELECT $1::text", List.of()),
        bind("", "", List.of(tag + 1)),
        execute("", 0),
        parse("", "SELECT ($1::text)::int", List.of()),
        bind("", "", List.of(tag)),
        execute("", 0),
        parse("", "SELECT 'never'", List.of()),
        bind("", "", List.of()),
        execute("", 0),
        sync(),
        query("SELECT '" + tag + "3'"));
    Answer answer = answer(tag);
    refuseUnless("22P02", answer);
    ledger.complete(tag, List.of(tag + 1), answer.rows());
    ledger.complete(tag, List.of(tag + 3), rows(tag));
  }

  private void cursor(String tag, int many) throws IOException {
    expect(tag, List.of(), query("BEGIN"));
    expect(
        tag,
        List.of(),
        query(
            "DECLARE c CURSOR FOR SELECT '%s' || g FROM generate_series(1, %d) g"
                .formatted(tag, many)));
    List<String> rows = new ArrayList<>();
    List<String> some;
    do {
      connection.send(query("FETCH 50 FROM c"));
      some = rows(tag);
      rows.addAll(some);
    } while (!some.isEmpty());
    expect(tag, List.of(), query("COMMIT"));
    ledger.complete(tag, numbered(tag, many), rows);
  }

  private void portal(String tag, int many) throws IOException {
    expect(tag, List.of(), query("BEGIN"));
    connection.send(
        parse("", "SELECT $1::text || g FROM generate_series(1, $2::int) g", List.of()),
        bind("p", "", List.of(tag, "" + many)),
        execute("p", 1),
        execute("p", 1),
        sync());
    List<String> rows = new ArrayList<>(rows(tag));
    connection.send(execute("p", 0), sync());
    rows.addAll(rows(tag));
    expect(tag, List.of(), query("COMMIT"));
    ledger.complete(tag, numbered(tag, many), rows);
  }

  private void copyIn(String tag) throws IOException {
    connection.send(query("COPY written FROM STDIN"));
    PostgresMessage begin = connection.receive(ANSWERED_WITHIN);
    while (begin.type() == 'N' || begin.type() == 'S') {
      begin = connection.receive(ANSWERED_WITHIN);
    }
    if (begin.type() == 'E') {
      rows(tag, new Answer(new ArrayList<>(), new ArrayList<>(List.of(begin))));
      throw new IOException("no error in " + begin);
    }
    if (begin.type() != 'G') {
      ledger.convict("COPY FROM was answered with " + begin);
    }
    byte[] line = (tag + "\n").getBytes(StandardCharsets.UTF_8);
    int half = random.nextInt(line.length);
    connection.send(
        copyData(java.util.Arrays.copyOf(line, half)),
        copyData(java.util.Arrays.copyOfRange(line, half, line.length)),
        copyDone());
    ledger.complete(tag, List.of(), rows(tag));
  }

  private void transaction(String tag) throws IOException {
    expect(tag, List.of(), query("BEGIN"));
    expect(tag, List.of(), query("INSERT INTO written VALUES ('" + tag + "')"));
    expect(tag, List.of(tag), query("SELECT tag FROM written WHERE tag = '" + tag + "'"));
    connection.send(query("COMMIT"));
    rows(tag);
  }

  private void rollback(String tag) throws IOException {
    ledger.write(tag, TagLedger.Fate.GONE);
    expect(tag, List.of(), query("BEGIN"));
    expect(tag, List.of(tag), query("INSERT INTO written VALUES ('" + tag + "') RETURNING tag"));
    expect(tag, List.of(), query("ROLLBACK"));
  }

  /** What this session set must hold, whatever others set on the same server connections. */
  private void setting(String tag) throws IOException {
    if (!setting.isEmpty()) {
      connection.send(query("SHOW application_name"));
      Answer answer = answer(setting);
      refuse(answer);
      ledger.complete(setting, List.of(setting), answer.rows());
    }
    // Not known until it is answered.
    setting = "";
    connection.send(query("SET application_name = '" + tag + "'"));
    rows(tag);
    setting = tag;
  }

  private static List<String> numbered(String tag, int many) {
    return IntStream.rangeClosed(1, many).mapToObj(i -> tag + i).toList();
  }

  private void expect(String tag, List<String> expected, byte[]... messages) throws IOException {
    connection.send(messages);
    ledger.complete(tag, expected, rows(tag));
  }

  private void error(String tag, String sqlState, byte[]... messages) throws IOException {
    connection.send(messages);
    refuseUnless(sqlState, answer(tag));
  }

  private void refuseUnless(String sqlState, Answer answer) throws IOException {
    if (answer.errors().isEmpty()) {
      ledger.convict("no " + sqlState + " but " + answer.rows());
    } else if (!answer.errors().getFirst().sqlState().equals(sqlState)) {
      refuse(answer);
    }
  }

  private List<String> rows(String tag) throws IOException {
    return rows(tag, new Answer(new ArrayList<>(), new ArrayList<>()));
  }

  private List<String> rows(String tag, Answer into) throws IOException {
    Answer answer = answer(tag, into);
    refuse(answer);
    return answer.rows();
  }

  private static void refuse(Answer answer) throws RefusedException {
    if (!answer.errors().isEmpty()) {
      PostgresMessage first = answer.errors().getFirst();
      throw new RefusedException(first.sqlState(), first.fields().toString());
    }
  }

  private Answer answer(String tag) throws IOException {
    return answer(tag, new Answer(new ArrayList<>(), new ArrayList<>()));
  }

  /** Everything up to ReadyForQuery; a FATAL error ends the connection. */
  private Answer answer(String tag, Answer into) throws IOException {
    while (true) {
      PostgresMessage message;
      try {
        message = connection.receive(ANSWERED_WITHIN);
      } catch (EOFException closed) {
        if (!into.errors().isEmpty()) {
          throw new EOFException(into.errors().toString());
        }
        throw closed;
      }
      ledger.answer(tag, new String(message.body(), StandardCharsets.UTF_8));
      switch (message.type()) {
        case 'D' -> into.rows().add(String.valueOf(RawPostgres.row(message).getFirst()));
        case 'd' -> into.rows().add(message.text().stripTrailing());
        case 'E' -> into.errors().add(message);
        case 'Z' -> {
          return into;
        }
        default -> {
          // looked through for tags, that is all
        }
      }
    }
  }

  @Override
  public void close() {
    connection.close();
  }
}
