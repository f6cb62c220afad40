package io.nearside.agent.postgres.sql;

import java.util.Set;

/** Reads SET and RESET in all their forms (see the manual's pages of SET, RESET, SET ROLE ...). */
final class SetReader {
  private final Tokens tokens;
  private final int end;
  private final Set<String> tracked;
  private final AnalysisBuilder into;

  SetReader(Tokens tokens, int end, Set<String> tracked, AnalysisBuilder into) {
    this.tokens = tokens;
    this.end = end;
    this.tracked = tracked;
    this.into = into;
  }

  private boolean is(int i, String word) {
    return i < end && tokens.is(i, word);
  }

  /** Reads what stands behind SET. */
  StatementKind set(int from) {
    int at = from;
    boolean local = is(at, "local") && isScope(at);
    if (local || (is(at, "session") && isScope(at))) {
      at++;
    }
    special(at, local);
    return StatementKind.SET;
  }

  /** LOCAL and SESSION are scopes unless they are themselves what is set. */
  private boolean isScope(int at) {
    boolean named =
        tokens.is(at + 1, '=') || tokens.is(at + 1, '.') || is(at + 1, "to") || at + 1 >= end;
    boolean phrase =
        is(at, "session")
            && (is(at + 1, "characteristics")
                || (is(at + 1, "authorization") && !isAssigned(at + 1)));
    return !named && !phrase;
  }

  private boolean isAssigned(int name) {
    return tokens.is(name + 1, '=') || is(name + 1, "to");
  }

  private void special(int at, boolean local) {
    if (isAssigned(at) || tokens.is(at + 1, '.')) {
      assignment(at, local);
    } else if (is(at, "transaction")) {
      new TransactionReader(tokens, end, into).setTransaction(at + 1);
    } else if (is(at, "session") && is(at + 1, "characteristics")) {
      into.pin(PinReason.UNTRACKED_SET);
    } else if (is(at, "session") && is(at + 1, "authorization")) {
      authorization(at + 2, local);
    } else if (is(at, "role")) {
      if (!local) {
        into.pin(PinReason.ROLE);
      }
    } else if (is(at, "time") && is(at + 1, "zone")) {
      timeZone(at + 2, local);
    } else if (is(at, "names")) {
      value("client_encoding", at + 1, local);
    } else if (is(at, "schema")) {
      value("search_path", at + 1, local);
    } else if (is(at, "xml") && is(at + 1, "option")) {
      value("xmloption", at + 2, local);
    } else if (!is(at, "constraints")) {
      // SET CONSTRAINTS ends with its transaction; nothing else is known.
      into.pin(PinReason.UNKNOWN);
    }
  }

  private void authorization(int at, boolean local) {
    if (is(at, "default")) {
      into.unpin(PinReason.SESSION_AUTHORIZATION);
    } else if (!local) {
      into.pin(PinReason.SESSION_AUTHORIZATION);
    }
  }

  private void timeZone(int at, boolean local) {
    if (is(at, "local")) {
      reset("timezone", local);
    } else if (is(at, "interval")) {
      // Can not be said again as SET timezone TO.
      if (!local) {
        into.pin(PinReason.UNTRACKED_SET);
      }
    } else {
      value("timezone", at, local);
    }
  }

  private void assignment(int at, boolean local) {
    StringBuilder name = new StringBuilder(Tokens.lower(tokens.name(at)));
    int next = at + 1;
    while (tokens.is(next, '.') && next + 1 < end) {
      name.append('.').append(Tokens.lower(tokens.name(next + 1)));
      next += 2;
    }
    value(name.toString(), next + 1, local);
  }

  private void value(String name, int at, boolean local) {
    if (at >= end || (is(at, "default") && at + 1 == end)) {
      reset(name, local);
      return;
    }
    String value = tokens.string(tokens.start(at), tokens.end(end - 1));
    if (new TransactionReader(tokens, end, into).setParameter(name, value)) {
      return;
    }
    if (name.equals("role") || name.equals("session_authorization")) {
      if (!local) {
        into.pin(name.equals("role") ? PinReason.ROLE : PinReason.SESSION_AUTHORIZATION);
      }
      return;
    }
    into.effect(new Effect.SetParameter(name, value, local));
    if (!local && !tracked.contains(name)) {
      into.pin(PinReason.UNTRACKED_SET);
    }
    if (name.equals("search_path") && Tokens.lower(value).contains("pg_temp")) {
      // Then a plain CREATE TABLE makes a temporary one.
      into.pin(PinReason.TEMPORARY_TABLE);
    }
  }

  private void reset(String name, boolean local) {
    if (local) {
      into.effect(new Effect.SetParameter(name, "default", true));
      return;
    }
    switch (name) {
      case "role" -> into.unpin(PinReason.ROLE);
      case "session_authorization" -> into.unpin(PinReason.SESSION_AUTHORIZATION);
      default -> into.effect(new Effect.ResetParameter(name));
    }
  }

  /** Reads what stands behind RESET. */
  StatementKind reset(int from) {
    if (is(from, "all") && from + 1 == end) {
      into.effect(new Effect.ResetAll());
      into.unpin(PinReason.UNTRACKED_SET);
    } else if (is(from, "time") && is(from + 1, "zone")) {
      reset("timezone", false);
    } else if (is(from, "session") && is(from + 1, "authorization")) {
      reset("session_authorization", false);
    } else if (!(is(from, "transaction") && is(from + 1, "isolation"))) {
      StringBuilder name = new StringBuilder();
      for (int i = from; i < end; i++) {
        name.append(tokens.is(i, '.') ? "." : Tokens.lower(tokens.name(i)));
      }
      reset(name.toString(), false);
    }
    return StatementKind.RESET;
  }
}
