package io.nearside.agent.postgres.sql;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Reads a query: whether anything in it writes or locks, and if not, the names that it uses. Every
 * name before a parenthesis counts as a call unless the grammar leaves no doubt that it is none.
 */
final class QueryReader {
  private final Tokens tokens;
  private final int begin;
  private final int end;
  private final AnalysisBuilder into;
  private int @Nullable [] matches;
  private @Nullable BitSet aliases;

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
    boolean writes = false;
    for (int i = begin; i < end; i++) {
      switch (tokens.type(i)) {
        case WORD -> {
          writes |= query && writes(i);
          name(i, query);
        }
        case QUOTED, UNICODE_QUOTED -> name(i, query);
        case OPERATOR -> into.operator(tokens.symbol(i));
        default -> {}
      }
    }
    if (writes) {
      into.dropNames();
    }
    return writes ? StatementKind.WRITE : StatementKind.READ;
  }

  private boolean writes(int i) {
    if (tokens.is(i - 1, '.')) {
      return false;
    }
    return switch (tokens.name(i)) {
      // As parts of WITH, or behind it; also FOR UPDATE. A column of such a name counts as well.
      case "insert", "update", "delete", "merge" -> true;
      case "for" -> tokens.isAny(i + 1, "share", "key", "no");
      case "into" -> {
        into(i + 1);
        yield true;
      }
      case "with" -> {
        commonTables(i);
        yield false;
      }
      default -> false;
    };
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

  private void name(int i, boolean query) {
    if (query && i + 1 < end && tokens.is(i + 1, '(')) {
      call(i);
    } else {
      identifier(i);
    }
  }

  private void identifier(int i) {
    String name = tokens.name(i);
    boolean keyword =
        tokens.type(i) == Token.WORD && Words.isReserved(name) && !tokens.is(i - 1, '.');
    if (!keyword) {
      into.identifier(name);
    }
  }

  private void call(int i) {
    int head = i;
    while (head - 2 >= begin && tokens.is(head - 1, '.') && tokens.isName(head - 2)) {
      head -= 2;
    }
    boolean type = tokens.isCast(head - 1) || tokens.is(head - 1, "as");
    if (type || (aliases != null && aliases.get(i)) || (head == i && isTableAlias(i))) {
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
  private boolean isTableAlias(int i) {
    if (i == begin || !tokens.is(i - 1, ')') || Words.isConstruct(tokens.name(i))) {
      return false;
    }
    int open = match(i - 1);
    return !tokens.is(open - 1, "operator")
        && !(tokens.is(open - 1, "on") && tokens.is(open - 2, "distinct"));
  }

  /**
   * Marks the names before column lists: {@code WITH [RECURSIVE] a (x) AS (...), b (y) AS (...)}.
   */
  private void commonTables(int with) {
    BitSet marked = aliases == null ? new BitSet() : aliases;
    aliases = marked;
    int name = tokens.is(with + 1, "recursive") ? with + 2 : with + 1;
    while (name < end && tokens.isName(name)) {
      int as = name + 1;
      if (tokens.is(as, '(') && as < end) {
        as = match(as) + 1;
      }
      if (!tokens.is(as, "as")) {
        return;
      }
      marked.set(name);
      int body = tokens.is(as + 1, "not") ? as + 2 : as + 1;
      body = tokens.is(body, "materialized") ? body + 1 : body;
      if (body >= end || !tokens.is(body, '(')) {
        return;
      }
      int behind = match(body) + 1;
      if (!tokens.is(behind, ',')) {
        return;
      }
      name = behind + 1;
    }
  }

  /** The other parenthesis of a pair; the analyzer has seen that they pair. */
  private int match(int i) {
    int[] known = matches;
    if (known == null) {
      known = pairs();
      matches = known;
    }
    return known[i - begin];
  }

  private int[] pairs() {
    int[] pairs = new int[end - begin];
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = begin; i < end; i++) {
      if (tokens.is(i, '(')) {
        open.push(i);
        pairs[i - begin] = end;
      } else if (tokens.is(i, ')') && !open.isEmpty()) {
        int from = open.pop();
        pairs[i - begin] = from;
        pairs[from - begin] = i;
      }
    }
    return pairs;
  }
}
