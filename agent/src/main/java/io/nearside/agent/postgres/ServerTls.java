package io.nearside.agent.postgres;

import io.nearside.agent.net.RawSocket;
import io.nearside.config.HostPort;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Connects to servers, in TLS where that is configured. */
final class ServerTls {
  /**
   * A connected socket.
   *
   * @param binding what SCRAM can be bound to (tls-server-end-point); null without TLS
   */
  @SuppressWarnings("ArrayRecordComponent") // read once
  record Connected(RawSocket socket, byte @Nullable [] binding) {}

  /** Connects; the peer hears the socket from the beginning. */
  Future<Connected> connect(PostgresLoop loop, HostPort address, RawSocket.Peer peer) {
    return loop.client()
        .connect(address.port(), address.host())
        .map(
            socket ->
                new Connected(RawSocket.install(socket, loop.outboundBytesMax(), peer), null));
  }
}
