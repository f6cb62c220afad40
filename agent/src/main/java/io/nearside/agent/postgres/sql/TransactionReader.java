package io.nearside.agent.postgres.sql;

import org.jspecify.annotations.Nullable;

/** Reads transaction modes: what stands behind BEGIN, START TRANSACTION and SET TRANSACTION. */
final class TransactionReader {
  private final Tokens tokens;
  private final int end;
  private final AnalysisBuilder into;

  TransactionReader(Tokens tokens, int end, AnalysisBuilder into) {
    this.tokens = tokens;
    this.end = end;
    this.into = into;
  }

  void modes(int from) {
    into.begins(parse(from));
  }

  /** SET TRANSACTION: modes or a snapshot. */
  void setTransaction(int from) {
    into.begins(
        tokens.is(from, "snapshot") ? new TransactionModes(null, null, null, true) : parse(from));
  }

  private TransactionModes parse(int from) {
    Boolean readOnly = null;
    Isolation isolation = null;
    Boolean deferrable = null;
    for (int i = from; i < end; i++) {
      if (tokens.is(i, "read") && tokens.is(i + 1, "only")) {
        readOnly = true;
      } else if (tokens.is(i, "read") && tokens.is(i + 1, "write")) {
        readOnly = false;
      } else if (tokens.is(i, "level")) {
        isolation = level(i + 1);
        i += isolation == Isolation.SERIALIZABLE ? 1 : 2;
      } else if (tokens.is(i, "deferrable")) {
        deferrable = !tokens.is(i - 1, "not");
      }
    }
    return new TransactionModes(readOnly, isolation, deferrable, false);
  }

  private @Nullable Isolation level(int i) {
    return switch (tokens.name(i)) {
      case "serializable" -> Isolation.SERIALIZABLE;
      case "repeatable" -> Isolation.REPEATABLE_READ;
      case "read" ->
          tokens.is(i + 1, "committed") ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED;
      default -> null;
    };
  }

  /**
   * SET of one of the parameters that last as long as the transaction and mean what SET TRANSACTION
   * means; false for any other.
   */
  boolean setParameter(String name, String value) {
    String plain = Tokens.lower(value.replace("'", "").strip());
    Boolean on =
        switch (plain) {
          case "on", "true", "yes", "1" -> Boolean.TRUE;
          case "off", "false", "no", "0" -> Boolean.FALSE;
          default -> null;
        };
    Isolation isolation =
        switch (plain) {
          case "serializable" -> Isolation.SERIALIZABLE;
          case "repeatable read" -> Isolation.REPEATABLE_READ;
          case "read committed" -> Isolation.READ_COMMITTED;
          case "read uncommitted" -> Isolation.READ_UNCOMMITTED;
          default -> null;
        };
    switch (name) {
      case "transaction_read_only" -> into.begins(new TransactionModes(on, null, null, false));
      case "transaction_isolation" ->
          into.begins(new TransactionModes(null, isolation, null, false));
      case "transaction_deferrable" -> into.begins(new TransactionModes(null, null, on, false));
      default -> {
        return false;
      }
    }
    return true;
  }
}
