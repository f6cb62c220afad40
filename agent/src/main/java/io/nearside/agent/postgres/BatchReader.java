package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.Analysis;
import io.nearside.agent.postgres.sql.StatementKind;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.agent.postgres.wire.StatementNames;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts a client's messages into a batch, with what is known of the texts that they name. What is
 * not well-formed goes in as it is: the server says so. On the event loop.
 */
final class BatchReader {
  private final PostgresLoop loop;
  private final SessionState state;

  BatchReader(PostgresLoop loop, SessionState state) {
    this.loop = loop;
    this.state = state;
  }

  /** Adds one whole message. */
  void add(Batch batch, byte type, byte[] bytes, int from, int to) {
    Batch.Named named = null;
    switch (type) {
      case Frontend.QUERY -> {
        int textFrom = from + 5;
        int textTo = Math.max(textFrom, to - 1);
        text(batch, loop.texts().of(bytes, textFrom, textTo), bytes, textFrom, textTo);
      }
      case Frontend.PARSE -> named = parsed(batch, bytes, from, to);
      case Frontend.BIND, Frontend.DESCRIBE, Frontend.CLOSE ->
          named = named(batch, type, bytes, from, to);
      case Frontend.FLUSH -> batch.flush();
      default -> {}
    }
    batch.add(bytes, from, to, named);
  }

  private void text(Batch batch, StatementText known, byte[] bytes, int from, int to) {
    boolean plain = isPlain();
    if (plain) {
      loop.statistics().seen(known, bytes, from, to);
    }
    batch.runs(plain ? known : unusual(bytes, from, to));
  }

  private StatementText unusual(byte[] bytes, int from, int to) {
    return state.encodingIsSafe()
        ? loop.texts().unusual(bytes, from, to, standardStrings())
        : new StatementText(Analysis.OPAQUE);
  }

  /** Whether texts can be read as everybody's: strings and encoding are as by default. */
  private boolean isPlain() {
    return standardStrings() && state.encodingIsSafe();
  }

  private boolean standardStrings() {
    return !"off".equals(state.wanted().reported("standard_conforming_strings"));
  }

  private Batch.@Nullable Named parsed(Batch batch, byte[] bytes, int from, int to) {
    int nameEnd = end(bytes, from + 5, to);
    int textEnd = nameEnd < 0 ? -1 : end(bytes, nameEnd + 1, to);
    if (textEnd < 0 || to - textEnd < 3) {
      batch.unknownText();
      return null;
    }
    boolean plain = isPlain();
    Prepared statement =
        plain && !isBoundToMoment(bytes, nameEnd + 1, textEnd)
            ? loop.texts().prepared(bytes, nameEnd + 1, textEnd, to)
            : loop.texts().unshared(bytes, nameEnd + 1, to, textOf(bytes, nameEnd + 1, textEnd));
    if (plain) {
      loop.statistics().seen(statement.text(), bytes, nameEnd + 1, textEnd);
    }
    batch.prepares(statement.text());
    return new Batch.Named(statement, Arrays.copyOfRange(bytes, from + 5, nameEnd));
  }

  private StatementText textOf(byte[] bytes, int from, int to) {
    return isPlain() ? loop.texts().of(bytes, from, to) : unusual(bytes, from, to);
  }

  /**
   * Whether what is parsed depends on what there is at that moment (a cursor's columns, another
   * statement): it is the client's own then. Queries and changes are planned anew when they must
   * be.
   */
  private boolean isBoundToMoment(byte[] bytes, int from, int to) {
    for (StatementKind kind : loop.texts().of(bytes, from, to).analysis().kinds()) {
      if (kind != StatementKind.READ && kind != StatementKind.WRITE) {
        return true;
      }
    }
    return false;
  }

  private static int end(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == 0) {
        return i;
      }
    }
    return -1;
  }

  private Batch.@Nullable Named named(Batch batch, byte type, byte[] bytes, int from, int to) {
    if (!isWellFormed(type, bytes, from, to)) {
      batch.unknownText();
      return null;
    }
    if (!StatementNames.namesStatement(bytes, from, to)) {
      return null;
    }
    byte[] name = StatementNames.name(bytes, from, to);
    if (type == Frontend.BIND) {
      StatementText text = textOf(batch, name);
      if (text == null) {
        batch.unknownText();
      } else {
        batch.runs(text);
      }
    }
    return new Batch.Named(null, name);
  }

  private static boolean isWellFormed(byte type, byte[] bytes, int from, int to) {
    int at = from + 5;
    if (type != Frontend.BIND) {
      return to - at >= 2 && end(bytes, at + 1, to) == to - 1;
    }
    int portal = end(bytes, at, to);
    return portal >= 0 && end(bytes, portal + 1, to) >= 0;
  }

  /** What a statement says, whether it was parsed before or is in this batch. */
  private @Nullable StatementText textOf(Batch batch, byte[] name) {
    for (int i = batch.count() - 1; i >= 0; i--) {
      Batch.Named one = batch.named(i);
      if (one != null && one.statement() != null && Arrays.equals(one.name(), name)) {
        return one.statement().text();
      }
    }
    Prepared known =
        name.length == 0 ? state.unnamed() : state.statements().get(SessionState.name(name));
    return known == null ? null : known.text();
  }
}
