package io.nearside.agent.postgres.sql;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/**
 * Reads a query: whether anything in it writes or locks, and if not, the names that it uses. Every
 * name before a parenthesis counts as a call unless the grammar leaves no doubt that it is none.
 */
final class QueryReader {
  private final Tokens tokens;
  private final int begin;
  private final int end;
  private final AnalysisBuilder into;

  QueryReader(Tokens tokens, int begin, int end, AnalysisBuilder into) {
    this.tokens = tokens;
    this.begin = begin;
    this.end = end;
    this.into = into;
  }

  /** READ with its names collected, or WRITE. */
  StatementKind read() {
    return read(true);
  }

  /** The same; when it is not a query but a table with its columns, all names are identifiers. */
  StatementKind read(boolean query) {
    if (query && writes()) {
      return StatementKind.WRITE;
    }
    collect(query);
    return StatementKind.READ;
  }

  private boolean writes() {
    boolean writes = false;
    for (int i = begin; i < end; i++) {
      if (tokens.type(i) != Token.WORD || tokens.is(i - 1, '.')) {
        continue;
      }
      switch (tokens.name(i)) {
        // As parts of WITH, or behind it; also FOR UPDATE. A column of such a name counts as well.
        case "insert", "update", "delete", "merge" -> writes = true;
        case "for" -> writes |= tokens.isAny(i + 1, "share", "key", "no");
        case "into" -> {
          writes = true;
          into(i + 1);
        }
        default -> {}
      }
    }
    return writes;
  }

  /** SELECT ... INTO makes a table, INSERT INTO and MERGE INTO do not. */
  private void into(int at) {
    if (tokens.isAny(at - 2, "insert", "merge")) {
      return;
    }
    int scope = tokens.isAny(at, "local", "global") ? at + 1 : at;
    boolean temporary =
        tokens.isAny(scope, "temp", "temporary") || tokens.name(at).startsWith("pg_temp");
    if (temporary) {
      into.pin(PinReason.TEMPORARY_TABLE);
    } else {
      into.effect(new Effect.CatalogChange());
    }
  }

  private void collect(boolean query) {
    int[] matches = matches();
    BitSet aliases = new BitSet();
    for (int i = begin; i < end; i++) {
      Token type = tokens.type(i);
      if (type == Token.OPERATOR) {
        into.operator(tokens.string(i));
      } else if (tokens.is(i, "with") && !tokens.is(i - 1, '.')) {
        commonTables(i, matches, aliases);
      } else if (tokens.isName(i)) {
        boolean called = query && i + 1 < end && tokens.is(i + 1, '(');
        if (called) {
          call(i, matches, aliases);
        } else {
          identifier(i);
        }
      }
    }
  }

  private void identifier(int i) {
    String name = tokens.name(i);
    boolean keyword =
        tokens.type(i) == Token.WORD && !tokens.is(i - 1, '.') && Words.isReserved(name);
    if (!keyword) {
      into.identifier(name);
    }
  }

  private void call(int i, int[] matches, BitSet aliases) {
    int head = i;
    while (head - 2 >= begin && tokens.is(head - 1, '.') && tokens.isName(head - 2)) {
      head -= 2;
    }
    boolean type = tokens.isCast(head - 1) || tokens.is(head - 1, "as");
    if (type || aliases.get(i) || (head == i && isTableAlias(i, matches))) {
      identifier(i);
      return;
    }
    String name = tokens.name(i);
    if (tokens.type(i) == Token.WORD && head == i) {
      if (!Words.isReserved(name)) {
        into.call(name);
      }
      return;
    }
    // What is quoted or qualified is a function, whatever keyword it looks like.
    into.call(Words.isConstruct(name) || Words.isReserved(name) ? '"' + name + '"' : name);
  }

  /**
   * {@code ) t (a, b)}: behind a parenthesis no call can stand, but for two: SELECT DISTINCT ON
   * (...) f(x), and a OPERATOR(s.+) f(x).
   */
  private boolean isTableAlias(int i, int[] matches) {
    if (i == begin || !tokens.is(i - 1, ')') || Words.isConstruct(tokens.name(i))) {
      return false;
    }
    int open = matches[i - 1 - begin];
    return !tokens.is(open - 1, "operator")
        && !(tokens.is(open - 1, "on") && tokens.is(open - 2, "distinct"));
  }

  /**
   * Marks the names before column lists: {@code WITH [RECURSIVE] a (x) AS (...), b (y) AS (...)}.
   */
  private void commonTables(int with, int[] matches, BitSet aliases) {
    int name = tokens.is(with + 1, "recursive") ? with + 2 : with + 1;
    while (name < end && tokens.isName(name)) {
      int as = name + 1;
      if (tokens.is(as, '(') && as < end) {
        as = matches[as - begin] + 1;
      }
      if (!tokens.is(as, "as")) {
        return;
      }
      aliases.set(name);
      int body = tokens.is(as + 1, "not") ? as + 2 : as + 1;
      body = tokens.is(body, "materialized") ? body + 1 : body;
      if (body >= end || !tokens.is(body, '(')) {
        return;
      }
      int behind = matches[body - begin] + 1;
      if (!tokens.is(behind, ',')) {
        return;
      }
      name = behind + 1;
    }
  }

  /** For each parenthesis the other of its pair; the analyzer has seen that they pair. */
  private int[] matches() {
    int[] matches = new int[end - begin];
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = begin; i < end; i++) {
      if (tokens.is(i, '(')) {
        open.push(i);
        matches[i - begin] = end;
      } else if (tokens.is(i, ')') && !open.isEmpty()) {
        int from = open.pop();
        matches[i - begin] = from;
        matches[from - begin] = i;
      }
    }
    return matches;
  }
}
