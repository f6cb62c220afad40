package io.nearside.agent.postgres;

import io.nearside.agent.net.RawSocket;
import io.nearside.agent.net.TlsIdentity;
import io.nearside.agent.net.TlsServer;
import io.nearside.agent.postgres.auth.ChannelBinding;
import io.nearside.config.ListenerTlsConfig;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** TLS towards clients, where the listener has a certificate. On the event loop. */
final class ClientTls {
  private final @Nullable TlsServer tls;

  /**
   * Reads the files; blocks.
   *
   * @throws IllegalStateException when one of them can not be used
   */
  ClientTls(ListenerTlsConfig config, long handshakeMillis) {
    try {
      tls =
          config.enabled()
              ? TlsServer.of(
                  config.certFile(),
                  config.keyFile(),
                  config.clientCaFile(),
                  ServerTls.ALPN,
                  handshakeMillis)
              : null;
    } catch (SSLException e) {
      throw new IllegalStateException("postgres.listen.tls: " + e.getMessage(), e);
    }
  }

  boolean isEnabled() {
    return tls != null;
  }

  /**
   * Says 'S' and turns TLS on, or, direct, takes what came for its beginning.
   *
   * @return what SCRAM can be bound to; null where the certificate has nothing
   */
  Future<byte @Nullable []> upgrade(RawSocket socket, boolean direct, byte[] hello) {
    if (tls == null) {
      return Future.failedFuture("no certificate");
    }
    Future<TlsIdentity> handshake =
        direct
            ? tls.direct(socket, Unpooled.wrappedBuffer(hello))
            : tls.upgrade(socket, new byte[] {'S'}, Unpooled.EMPTY_BUFFER);
    return handshake.map(
        identity -> identity.own() == null ? null : ChannelBinding.of(identity.own()));
  }
}
