package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.agent.postgres.wire.SqlState;

/** The database {@code nearside}: the sidecar answers itself. On the event loop. */
final class AdminConsole implements Session.Requests {
  private final Session session;

  AdminConsole(PostgresLoop loop, Session session) {
    this.session = session;
  }

  @Override
  public boolean message(
      byte type, byte[] bytes, int from, int to, boolean whole, int messageLength) {
    if (type == Frontend.TERMINATE) {
      session.quit();
    } else if (type == Frontend.QUERY) {
      session.send(Backend.error(ErrorFields.error(SqlState.SYNTAX_ERROR, "unknown command")));
      session.send(Backend.readyForQuery(Backend.IDLE));
    } else {
      session.fatal(
          ErrorFields.fatal(SqlState.PROTOCOL_VIOLATION, "only simple queries are answered here"),
          DisconnectReason.PROTOCOL);
    }
    return true;
  }

  @Override
  public void piece(byte[] bytes, int from, int to) {}

  @Override
  public boolean isBlocked() {
    return false;
  }

  @Override
  public void ended(boolean goodbye) {}

  @Override
  public void clientWritable(boolean writable) {}
}
