package io.nearside.agent.postgres.sql;

import java.util.List;
import java.util.Set;

/**
 * Reads a text of SQL statements: what each is, what it leaves in the session, which names it uses.
 * No grammar: it knows where statements end and how each begins, and it errs towards the primary
 * and towards a pin. What happens inside functions, DO blocks and procedures is not seen.
 */
public final class StatementAnalyzer {
  private StatementAnalyzer() {}

  /**
   * Analyses {@code text[from..to)}, without a terminating zero.
   *
   * @param standardConformingStrings the session's setting when the text is sent
   * @param trackedParameters names in lower case: a SET of any other parameter pins
   */
  public static Analysis analyze(
      byte[] text,
      int from,
      int to,
      boolean standardConformingStrings,
      Set<String> trackedParameters) {
    Tokens tokens = Tokens.of(text, from, to, standardConformingStrings);
    AnalysisBuilder builder = new AnalysisBuilder();
    if (!tokens.exact() || !readAll(tokens, trackedParameters, builder)) {
      return new Analysis(
          Analysis.OPAQUE.kinds(),
          false,
          tokens.hint(),
          Analysis.OPAQUE.effects(),
          List.of(),
          List.of(),
          List.of(),
          null);
    }
    return builder.build(tokens.hint());
  }

  /** False if parentheses or a function's body have no end. */
  private static boolean readAll(Tokens tokens, Set<String> tracked, AnalysisBuilder builder) {
    int begin = 0;
    int depth = 0;
    int body = 0;
    for (int i = 0; i <= tokens.count(); i++) {
      Token type = tokens.type(i);
      if (type == Token.WORD) {
        body = bodyDepth(tokens, begin, i, body);
      } else if (type == Token.SYMBOL || type == Token.END) {
        if (type == Token.END || (tokens.is(i, ';') && depth == 0 && body == 0)) {
          if (i > begin) {
            builder.kind(new StatementReader(tokens, begin, i, tracked, builder).read());
          }
          begin = i + 1;
        } else if (tokens.is(i, '(')) {
          depth++;
        } else if (tokens.is(i, ')')) {
          depth--;
          if (depth < 0) {
            return false;
          }
        }
      }
    }
    return depth == 0 && body == 0;
  }

  /** Semicolons in CREATE FUNCTION ... BEGIN ATOMIC ... END end no statement. */
  private static int bodyDepth(Tokens tokens, int begin, int i, int depth) {
    if (depth > 0 && (tokens.is(i - 1, '.') || tokens.is(i - 1, "as"))) {
      return depth;
    }
    if (depth == 0) {
      boolean opens =
          tokens.is(i, "begin") && tokens.is(i + 1, "atomic") && makesRoutine(tokens, begin);
      return opens ? 1 : 0;
    }
    return tokens.is(i, "case") ? depth + 1 : tokens.is(i, "end") ? depth - 1 : depth;
  }

  private static boolean makesRoutine(Tokens tokens, int begin) {
    int object = tokens.is(begin + 1, "or") && tokens.is(begin + 2, "replace") ? 3 : 1;
    return tokens.is(begin, "create") && tokens.isAny(begin + object, "function", "procedure");
  }
}
