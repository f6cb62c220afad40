package io.nearside.agent.postgres;

import io.nearside.agent.postgres.wire.SqlState;

/** What was asked of the sidecar itself can not be done; the message is for who asked. */
final class ConsoleException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final SqlState state;

  ConsoleException(SqlState state, String message) {
    super(message);
    this.state = state;
  }

  SqlState state() {
    return state;
  }
}
