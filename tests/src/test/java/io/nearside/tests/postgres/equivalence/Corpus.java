package io.nearside.tests.postgres.equivalence;

import io.nearside.tests.postgres.equivalence.StatementParser.Way;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Every statement and every protocol script. */
final class Corpus {
  private static final List<String> STATEMENTS =
      List.of(
          "types.sql",
          "queries.sql",
          "changes.sql",
          "errors.sql",
          "sessions.sql",
          "transactions.sql",
          "copy.sql",
          "objects.sql");
  private static final List<String> SCRIPTS =
      List.of(
          "startup.txt",
          "simple.txt",
          "extended.txt",
          "pipeline.txt",
          "errors.txt",
          "copy.txt",
          "state.txt",
          "prepared.txt",
          "async.txt",
          "large.txt",
          "hostile.txt");

  private Corpus() {}

  /** The blocks of statements, sent in one way. */
  static List<Script> statements(Way way) {
    List<Script> scripts = new ArrayList<>();
    STATEMENTS.forEach(f -> scripts.addAll(StatementParser.parse(f, resource(f), way)));
    return scripts;
  }

  /** How many statements there are. */
  static int statementCount() {
    return STATEMENTS.stream().mapToInt(f -> StatementParser.count(f, resource(f))).sum();
  }

  /** The protocol scripts. */
  static List<Script> protocol() {
    List<Script> scripts = new ArrayList<>();
    SCRIPTS.forEach(f -> scripts.addAll(ScriptParser.parse(f, resource(f))));
    return scripts;
  }

  private static String resource(String file) {
    try (InputStream in = Corpus.class.getResourceAsStream("/postgres/" + file)) {
      if (in == null) {
        throw new IllegalArgumentException("no file " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }
}
