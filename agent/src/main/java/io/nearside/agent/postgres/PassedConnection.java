package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * A client and a server connection of its own, byte for byte: a replication connection, whose
 * protocol is not looked at. On the event loop.
 */
final class PassedConnection implements Session.Requests, RawSocket.Peer {
  private final PostgresLoop loop;
  private final Session session;
  private final RawSocket server;
  private final Runnable gone;
  private boolean over;

  /**
   * Takes over a logged-in server connection.
   *
   * @param gone called when the server has closed its side
   */
  PassedConnection(PostgresLoop loop, Session session, ServerLogin login, Runnable gone) {
    this.loop = loop;
    this.session = session;
    this.server = login.socket();
    this.gone = gone;
    server.handTo(this);
  }

  @Override
  public boolean message(
      byte type, byte[] bytes, int from, int to, boolean whole, int messageLength) {
    piece(bytes, from, to);
    return true;
  }

  @Override
  public void piece(byte[] bytes, int from, int to) {
    server.append(bytes, from, to - from);
    server.flush();
  }

  @Override
  public boolean isBlocked() {
    return !over && !server.isWritable();
  }

  @Override
  public void ended(boolean goodbye) {
    if (!over) {
      over = true;
      server.handTo(new Farewell(loop, server, DisconnectReason.RETIRED, gone));
      server.close(DisconnectReason.RETIRED);
    }
  }

  @Override
  public void clientWritable(boolean writable) {
    server.reading(writable);
  }

  @Override
  public void received(ByteBuf bytes) {
    loop.tick();
    byte[] scratch = loop.serverScratch(bytes.readableBytes());
    int length = bytes.readableBytes();
    bytes.readBytes(scratch, 0, length);
    session.send(scratch, 0, length);
  }

  @Override
  public void readComplete() {
    loop.flushDirty();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    session.serverWritable(writable);
  }

  @Override
  public void inputClosed() {
    closed(null);
  }

  @Override
  public void closed(@Nullable DisconnectReason reason) {
    loop.tick();
    if (!over) {
      over = true;
      gone.run();
      server.abort(DisconnectReason.PEER);
      session.close(DisconnectReason.UPSTREAM_LOST);
    }
    loop.flushDirty();
  }
}
