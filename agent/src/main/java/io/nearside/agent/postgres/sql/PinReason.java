package io.nearside.agent.postgres.sql;

import java.util.Locale;

/**
 * Why a session must keep its server connection: what was left behind there can not be carried to
 * another one. The label is that of the metric.
 */
public enum PinReason {
  LISTEN,
  /** A session-level advisory lock. */
  ADVISORY_LOCK,
  TEMPORARY_TABLE,
  /** A cursor that outlives its transaction. */
  HOLD_CURSOR,
  /** PREPARE as a statement. */
  SQL_PREPARE,
  /** A parameter was set that is neither reported by the server nor tracked by its text. */
  UNTRACKED_SET,
  ROLE,
  SESSION_AUTHORIZATION,
  LOAD,
  /** A function that leaves a slot, a backup, a named connection or the like with the session. */
  SESSION_FUNCTION,
  /** A text that we can not read. */
  UNKNOWN,
  /** The pool's mode, not the text. */
  SESSION_MODE;

  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Whether what is pinned for can be there although the statement failed or its transaction was
   * rolled back.
   */
  public boolean survivesRollback() {
    return switch (this) {
      case ADVISORY_LOCK, SQL_PREPARE, LOAD, SESSION_FUNCTION, UNKNOWN, SESSION_MODE -> true;
      case LISTEN, TEMPORARY_TABLE, HOLD_CURSOR, UNTRACKED_SET, ROLE, SESSION_AUTHORIZATION ->
          false;
    };
  }
}
