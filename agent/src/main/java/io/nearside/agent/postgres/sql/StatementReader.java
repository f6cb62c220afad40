package io.nearside.agent.postgres.sql;

import java.util.Set;

/** Reads one statement, the tokens {@code begin..end} (at least one, the semicolon left out). */
final class StatementReader {
  // What of CREATE, ALTER and DROP no routing decision asks about.
  private static final String[] NOT_IN_CATALOG = {
    "index",
    "unique",
    "role",
    "user",
    "group",
    "database",
    "tablespace",
    "statistics",
    "publication",
    "subscription",
    "sequence",
    "system",
    "event",
    "trigger",
    "constraint",
    "server",
    "conversion",
    "default",
    "large",
    "text",
    "access",
    "collation"
  };

  private final Tokens tokens;
  private final int begin;
  private final int end;
  private final Set<String> tracked;
  private final AnalysisBuilder into;

  StatementReader(Tokens tokens, int begin, int end, Set<String> tracked, AnalysisBuilder into) {
    this.tokens = tokens;
    this.begin = begin;
    this.end = end;
    this.tracked = tracked;
    this.into = into;
  }

  StatementKind read() {
    if (tokens.is(begin, '(')) {
      return query(begin);
    }
    if (tokens.type(begin) != Token.WORD) {
      return unknown();
    }
    return switch (tokens.name(begin)) {
      case "select", "values", "table", "with" -> query(begin);
      case "insert", "update", "delete", "merge", "truncate", "refresh" ->
          called(StatementKind.WRITE);
      case "begin" -> {
        new TransactionReader(tokens, end, into).modes(afterNoise(begin + 1));
        yield StatementKind.BEGIN;
      }
      case "start" -> start();
      case "commit", "end" ->
          is(begin + 1, "prepared") ? StatementKind.TWO_PHASE : StatementKind.COMMIT;
      case "rollback", "abort" -> rollback();
      case "savepoint" -> {
        into.effect(new Effect.Savepoint(name(begin + 1)));
        yield StatementKind.SAVEPOINT;
      }
      case "release" -> {
        int name = is(begin + 1, "savepoint") && begin + 2 < end ? begin + 2 : begin + 1;
        into.effect(new Effect.Release(name(name)));
        yield StatementKind.RELEASE;
      }
      case "set" -> new SetReader(tokens, end, tracked, into).set(begin + 1);
      case "reset" -> new SetReader(tokens, end, tracked, into).reset(begin + 1);
      case "show" -> StatementKind.SHOW;
      case "prepare" -> prepare();
      case "execute" -> execute(begin);
      case "deallocate" -> deallocate();
      case "discard" -> discard();
      case "listen" -> {
        into.pin(PinReason.LISTEN);
        yield StatementKind.LISTEN;
      }
      case "unlisten" -> {
        if (tokens.is(begin + 1, '*')) {
          into.unpin(PinReason.LISTEN);
        }
        yield StatementKind.UNLISTEN;
      }
      case "notify" -> StatementKind.NOTIFY;
      case "declare" -> declare();
      case "fetch", "move" -> StatementKind.FETCH;
      case "close" -> {
        if (is(begin + 1, "all")) {
          into.unpin(PinReason.HOLD_CURSOR);
        }
        yield StatementKind.CLOSE;
      }
      case "copy" -> copy();
      case "lock" -> StatementKind.LOCK;
      case "call" -> called(StatementKind.CALL);
      case "do" -> StatementKind.DO;
      case "explain" -> explain();
      case "create" -> create();
      case "alter", "drop", "import" -> {
        catalogChange(begin + 1);
        yield StatementKind.DDL;
      }
      case "comment", "security", "grant", "revoke", "reassign" -> StatementKind.DDL;
      case "load" -> {
        into.pin(PinReason.LOAD);
        yield StatementKind.OTHER;
      }
      case "vacuum", "analyze", "analyse", "checkpoint", "cluster", "reindex" ->
          StatementKind.OTHER;
      default -> unknown();
    };
  }

  private boolean is(int i, String word) {
    return i < end && tokens.is(i, word);
  }

  private String name(int i) {
    return i < end ? tokens.name(i) : "";
  }

  private StatementKind unknown() {
    into.pin(PinReason.UNKNOWN);
    return StatementKind.OTHER;
  }

  private StatementKind called(StatementKind kind) {
    SessionFunctions.find(tokens, begin, end, into);
    return kind;
  }

  private StatementKind query(int from) {
    SessionFunctions.find(tokens, from, end, into);
    return new QueryReader(tokens, from, end, into).read();
  }

  private int afterNoise(int i) {
    return is(i, "work") || is(i, "transaction") ? i + 1 : i;
  }

  private StatementKind start() {
    if (!is(begin + 1, "transaction")) {
      return unknown();
    }
    new TransactionReader(tokens, end, into).modes(begin + 2);
    return StatementKind.BEGIN;
  }

  private StatementKind rollback() {
    if (is(begin + 1, "prepared")) {
      return StatementKind.TWO_PHASE;
    }
    int to = afterNoise(begin + 1);
    if (!is(to, "to")) {
      return StatementKind.ROLLBACK;
    }
    int name = is(to + 1, "savepoint") && to + 2 < end ? to + 2 : to + 1;
    into.effect(new Effect.RolledBackTo(name(name)));
    return StatementKind.ROLLBACK_TO;
  }

  private StatementKind prepare() {
    if (is(begin + 1, "transaction") && tokens.type(begin + 2) == Token.STRING) {
      return StatementKind.TWO_PHASE;
    }
    if (begin + 1 < end) {
      into.effect(
          new Effect.PrepareNamed(name(begin + 1), tokens.start(begin + 1), tokens.end(begin + 1)));
    }
    into.pin(PinReason.SQL_PREPARE);
    return called(StatementKind.PREPARE);
  }

  private StatementKind execute(int at) {
    if (at + 1 < end) {
      into.effect(new Effect.ExecuteNamed(name(at + 1), tokens.start(at + 1), tokens.end(at + 1)));
    }
    SessionFunctions.find(tokens, at + 2, end, into);
    return StatementKind.EXECUTE;
  }

  private StatementKind deallocate() {
    int name = is(begin + 1, "prepare") && begin + 2 < end ? begin + 2 : begin + 1;
    if (is(name, "all")) {
      into.effect(new Effect.DeallocateAll());
      into.unpin(PinReason.SQL_PREPARE);
    } else if (name < end) {
      into.effect(new Effect.Deallocate(name(name), tokens.start(name), tokens.end(name)));
    }
    return StatementKind.DEALLOCATE;
  }

  private StatementKind discard() {
    if (is(begin + 1, "all")) {
      into.effect(new Effect.DiscardAll());
    } else if (is(begin + 1, "temp") || is(begin + 1, "temporary")) {
      into.effect(new Effect.DiscardTemp());
      into.unpin(PinReason.TEMPORARY_TABLE);
    }
    return StatementKind.DISCARD;
  }

  private StatementKind declare() {
    for (int i = begin + 2; i < end && !is(i, "for"); i++) {
      if (is(i, "with") && is(i + 1, "hold")) {
        into.pin(PinReason.HOLD_CURSOR);
      }
    }
    return called(StatementKind.DECLARE);
  }

  /** {@code COPY t [(columns)] FROM|TO ...} or {@code COPY (query) TO ...}. */
  private StatementKind copy() {
    SessionFunctions.find(tokens, begin, end, into);
    int direction = begin + 1;
    int depth = 0;
    for (; direction < end; direction++) {
      if (tokens.is(direction, '(')) {
        depth++;
      } else if (tokens.is(direction, ')')) {
        depth--;
      } else if (depth == 0 && (is(direction, "from") || is(direction, "to"))) {
        break;
      }
    }
    if (is(direction, "from")) {
      return StatementKind.COPY_FROM;
    }
    StatementKind source =
        new QueryReader(tokens, begin + 1, direction, into).read(tokens.is(begin + 1, '('));
    if (source != StatementKind.READ) {
      return source;
    }
    return is(direction + 1, "stdout") ? StatementKind.COPY_TO : StatementKind.OTHER;
  }

  private StatementKind explain() {
    int inner = begin + 1;
    boolean runs = false;
    boolean options =
        tokens.is(inner, '(')
            && !tokens.is(inner + 1, '(')
            && !tokens.isAny(inner + 1, "select", "values", "table", "with");
    if (options) {
      for (inner++; inner < end && !tokens.is(inner, ')'); inner++) {
        runs |= tokens.isAny(inner, "analyze", "analyse") && !isOff(inner + 1);
      }
      inner++;
    } else {
      for (; tokens.isAny(inner, "analyze", "analyse", "verbose"); inner++) {
        runs |= !is(inner, "verbose");
      }
    }
    if (inner >= end) {
      return StatementKind.OTHER;
    }
    int effects = into.effectCount();
    StatementKind kind = new StatementReader(tokens, inner, end, tracked, into).read();
    if (!runs) {
      into.dropEffectsFrom(effects);
      return kind == StatementKind.READ ? StatementKind.EXPLAIN_READ : StatementKind.OTHER;
    }
    return kind == StatementKind.READ ? StatementKind.OTHER : kind;
  }

  private boolean isOff(int i) {
    String value = i < end ? tokens.string(i) : "";
    return switch (Tokens.lower(value)) {
      case "off", "false", "0", "'off'", "'false'" -> true;
      default -> false;
    };
  }

  private StatementKind create() {
    int object = is(begin + 1, "or") && is(begin + 2, "replace") ? begin + 3 : begin + 1;
    int scope = is(object, "global") || is(object, "local") ? object + 1 : object;
    boolean temporary = is(scope, "temp") || is(scope, "temporary");
    if (temporary) {
      into.pin(PinReason.TEMPORARY_TABLE);
    } else {
      catalogChange(object);
    }
    for (int i = object; i < end; i++) {
      if (tokens.is(i + 1, '.') && tokens.isName(i) && name(i).startsWith("pg_temp")) {
        into.pin(PinReason.TEMPORARY_TABLE);
      }
    }
    for (int i = object; i + 2 < end; i++) {
      if (is(i, "as") && is(i + 1, "execute")) {
        execute(i + 1);
      }
    }
    // Nothing runs inside of what is only made.
    boolean makesOnly = tokens.isAny(object, "function", "procedure", "view", "rule", "policy");
    return makesOnly ? StatementKind.DDL : called(StatementKind.DDL);
  }

  private void catalogChange(int object) {
    if (!tokens.isAny(object, NOT_IN_CATALOG)) {
      into.effect(new Effect.CatalogChange());
    }
  }
}
