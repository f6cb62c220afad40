package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Hears a server connection that was said goodbye to, until the server has closed its side: only
 * then does it not count against the server's limit any more. On the event loop.
 */
final class Farewell implements RawSocket.Peer {
  private static final long WAIT_MILLIS = 2_000;

  private final RawSocket socket;
  private final DisconnectReason reason;
  private final Runnable gone;
  private boolean over;

  Farewell(PostgresLoop loop, RawSocket socket, DisconnectReason reason, Runnable gone) {
    this.socket = socket;
    this.reason = reason;
    this.gone = gone;
    loop.after(WAIT_MILLIS, this::end);
  }

  private void end() {
    if (!over) {
      over = true;
      socket.abort(reason);
      gone.run();
    }
  }

  @Override
  public void received(ByteBuf bytes) {}

  @Override
  public void readComplete() {}

  @Override
  public void writabilityChanged(boolean writable) {}

  @Override
  public void inputClosed() {
    end();
  }

  @Override
  public void closed(@Nullable DisconnectReason why) {
    end();
  }
}
