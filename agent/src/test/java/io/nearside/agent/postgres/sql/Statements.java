package io.nearside.agent.postgres.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** The table of statements, and the schema that it speaks of. */
final class Statements {
  static final Set<String> TRACKED =
      Set.of("search_path", "timezone", "client_encoding", "application_name", "statement_timeout");

  static final RoutePolicy AUTO = new RoutePolicy(RoutePolicy.Mode.AUTO, true);

  record Row(Decision.Target route, String kinds, String effects, String sql) {
    static Row parse(String line) {
      String[] parts = line.split(" ", 4);
      return new Row(
          parts[0].equals("R") ? Decision.Target.REPLICA : Decision.Target.PRIMARY,
          parts[1],
          parts[2],
          parts[3].replace('⏎', '\n'));
    }

    @Override
    public String toString() {
      return sql;
    }
  }

  private Statements() {}

  static List<Row> rows() {
    return lines("statements.txt").stream()
        .filter(line -> !line.isBlank() && !line.startsWith("#"))
        .map(Row::parse)
        .toList();
  }

  static List<String> schema() {
    return lines("schema.sql").stream().filter(line -> !line.isBlank()).toList();
  }

  private static List<String> lines(String name) {
    try (InputStream in = Objects.requireNonNull(Statements.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Analysis analyze(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    return StatementAnalyzer.analyze(text, 0, text.length, true, TRACKED);
  }

  static Decision decide(String sql, FunctionCatalog catalog) {
    return Router.decide(analyze(sql), catalog, AUTO);
  }
}
