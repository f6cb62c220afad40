package io.nearside.tests.postgres.equivalence;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nearside.tests.stack.PostgresRequest;
import io.nearside.tests.stack.PostgresServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reads files of SQL and makes scripts of them, one for each block. {@code -- == name session
 * user=postgres} begins a block; a statement ends with a semicolon at the end of a line (outside of
 * {@code $$} quotes), so that several in one line are one text. Behind a {@code COPY ... FROM
 * STDIN;} its data follows, up to a line {@code \.}. {@code -- ~digits} masks the next statement's
 * rows.
 */
final class StatementParser {
  /** How the statements are sent. */
  enum Way {
    SIMPLE,
    /** Unnamed statement and portal, text results, one Sync for each. */
    EXTENDED,
    /** A named statement that is used twice and closed, binary results. */
    PREPARED
  }

  private static final Pattern COPY_IN = Pattern.compile("(?is)copy\\b.*\\bfrom\\s+stdin\\b.*");

  private final String source;
  private final Way way;
  private final List<Script> scripts = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final StringBuilder statement = new StringBuilder();
  private final StringBuilder data = new StringBuilder();
  private String name = "";
  private String copy = "";
  private boolean sessionOnly;
  private String user = PostgresServer.USER;
  private Mask mask = Mask.NONE;
  private int statements;

  private StatementParser(String source, Way way) {
    this.source = source;
    this.way = way;
  }

  /** The blocks of a file. */
  static List<Script> parse(String source, String text, Way way) {
    var parser = new StatementParser(source, way);
    text.lines().forEach(parser::line);
    parser.finish();
    return parser.scripts;
  }

  /** How many statements a file holds. */
  static int count(String source, String text) {
    var parser = new StatementParser(source, Way.SIMPLE);
    text.lines().forEach(parser::line);
    parser.finish();
    return parser.statements;
  }

  private void line(String line) {
    if (!copy.isEmpty()) {
      if (line.equals("\\.")) {
        add(copy, data.toString());
        copy = "";
      } else {
        data.append(line).append('\n');
      }
    } else if (statement.isEmpty() && line.startsWith("-- == ")) {
      finish();
      List<String> words = List.of(line.substring(6).strip().split(" ", -1));
      name = source + "/" + words.getFirst();
      sessionOnly = words.contains("session");
      user =
          words.stream()
              .filter(w -> w.startsWith("user="))
              .map(w -> w.substring(5))
              .findFirst()
              .orElse(PostgresServer.USER);
    } else if (statement.isEmpty() && line.startsWith("-- ~")) {
      mask = Mask.valueOf(line.substring(4).strip().toUpperCase(Locale.ROOT));
    } else if (!statement.isEmpty() || !(line.isBlank() || line.startsWith("-- #"))) {
      statement.append(statement.isEmpty() ? "" : "\n").append(line);
      if (line.endsWith(";") && isEven(statement.toString().split("\\$\\$", -1).length - 1)) {
        complete(statement.toString());
        statement.setLength(0);
      }
    }
  }

  private static boolean isEven(int number) {
    return number % 2 == 0;
  }

  private void complete(String sql) {
    if (COPY_IN.matcher(sql).matches()) {
      copy = sql;
      data.setLength(0);
    } else {
      add(sql, null);
    }
  }

  private void add(String sql, @org.jspecify.annotations.Nullable String input) {
    statements++;
    String line = sql.length() > 300 ? sql.substring(0, 300) + "..." : sql;
    var rows = input == null ? new byte[0] : input.getBytes(UTF_8);
    switch (way) {
      case SIMPLE -> {
        send(line, PostgresRequest.query(sql));
        if (input != null) {
          send(line, PostgresRequest.copyData(rows));
          send(line, PostgresRequest.copyDone());
        }
        read(line);
      }
      case EXTENDED -> {
        send(line, PostgresRequest.parse("", sql, List.of()));
        run(line, "", 0);
        if (input != null) {
          send(line, PostgresRequest.copyData(rows));
          send(line, PostgresRequest.copyDone());
        }
        send(line, PostgresRequest.sync());
        read(line);
      }
      case PREPARED -> prepared(line, sql, input == null ? null : rows);
    }
    mask = Mask.NONE;
  }

  /** Twice, so that the second Bind finds the statement of the first; the first only described. */
  private void prepared(String line, String sql, byte @org.jspecify.annotations.Nullable [] rows) {
    String statementName = "st" + statements;
    send(line, PostgresRequest.parse(statementName, sql, List.of()));
    send(line, PostgresRequest.describe('S', statementName));
    send(line, PostgresRequest.sync());
    read(line);
    run(line, statementName, 1);
    if (rows != null) {
      send(line, PostgresRequest.copyData(rows));
      send(line, PostgresRequest.copyDone());
    }
    send(line, PostgresRequest.sync());
    read(line);
    send(line, PostgresRequest.close('S', statementName));
    send(line, PostgresRequest.sync());
    read(line);
  }

  private void run(String line, String statementName, int resultFormat) {
    send(
        line, PostgresRequest.bind("", statementName, List.of(), List.of(), List.of(resultFormat)));
    send(line, PostgresRequest.describe('P', ""));
    send(line, PostgresRequest.execute("", 0));
  }

  private void send(String line, byte[] bytes) {
    steps.add(new Step.Send(line, "a", bytes));
  }

  private void read(String line) {
    steps.add(new Step.Read(line, "a", 'Z', 1, mask));
  }

  private void finish() {
    if (!statement.isEmpty() || !copy.isEmpty()) {
      String open = statement + copy;
      throw new IllegalArgumentException(
          source + ": no end of " + open.substring(0, Math.min(200, open.length())));
    }
    if (!name.isEmpty()) {
      scripts.add(new Script(name + " " + way, sessionOnly, user, steps));
    }
    steps.clear();
  }
}
