package io.nearside.agent.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Turns TLS on in the middle of a connection: from then on its {@link RawSocket} receives and sends
 * plaintext as before, and the wire carries TLS. On the socket's event loop.
 *
 * <p>Vert.x can do this too ({@code NetSocket.upgradeToSsl}), but takes no bytes that were read
 * before: a connection that begins with TLS could not be told from others by its first byte.
 */
final class TlsUpgrade {
  private static final String NAME = "nearside-tls";
  private static final long CLOSE_MILLIS = 1000;

  private TlsUpgrade() {}

  /** Speaks of one protocol only; a peer without ALPN is taken, one with another is not. */
  static ApplicationProtocolConfig only(String applicationProtocol) {
    return new ApplicationProtocolConfig(
        ApplicationProtocolConfig.Protocol.ALPN,
        ApplicationProtocolConfig.SelectorFailureBehavior.FATAL_ALERT,
        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
        applicationProtocol);
  }

  /**
   * Puts TLS between the socket and the wire and begins the handshake.
   *
   * @param wire bytes of TLS that were read already; read to their end
   * @param required the application protocol without which the handshake counts as failed
   * @return fails when the handshake does; the socket is then closing, and {@link
   *     RawSocket.Peer#closed} comes as well
   */
  static Future<TlsIdentity> begin(
      RawSocket socket,
      SslHandler handler,
      long handshakeMillis,
      @Nullable ByteBuf wire,
      @Nullable String required) {
    handler.setHandshakeTimeoutMillis(handshakeMillis);
    handler.setCloseNotifyFlushTimeoutMillis(CLOSE_MILLIS);
    Promise<TlsIdentity> done = Promise.promise();
    ChannelHandlerContext plain = socket.context();
    plain.pipeline().addBefore(plain.name(), NAME, handler);
    handler
        .handshakeFuture()
        .addListener(
            shaken -> {
              if (!shaken.isSuccess()) {
                socket.abort(DisconnectReason.PEER);
                done.tryFail(Objects.requireNonNull(shaken.cause()));
              } else if (required != null && !required.equals(handler.applicationProtocol())) {
                socket.abort(DisconnectReason.PROTOCOL);
                done.tryFail(
                    new SSLException("direct TLS without the application protocol " + required));
              } else {
                done.tryComplete(
                    TlsIdentity.of(handler.engine().getSession(), handler.applicationProtocol()));
              }
            });
    if (wire != null && wire.isReadable()) {
      try {
        handler.channelRead(
            plain.pipeline().context(handler), wire.readRetainedSlice(wire.readableBytes()));
      } catch (Exception e) {
        // ByteToMessageDecoder declares it; a handshake that fails is told by its future.
        socket.abort(DisconnectReason.DEFECT);
        done.tryFail(e);
      }
    }
    return done.future();
  }

  /**
   * Whether there are bytes behind the message that TLS was agreed on with. Whoever sits between
   * the two sides could have put them there, to be taken for what came through TLS (CVE-2021-23214,
   * CVE-2021-23222).
   */
  static @Nullable SSLException plaintextBehind(ByteBuf rest) {
    return rest.isReadable()
        ? new SSLException(rest.readableBytes() + " bytes of plaintext where TLS has to begin")
        : null;
  }
}
