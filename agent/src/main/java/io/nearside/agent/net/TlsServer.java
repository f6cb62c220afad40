package io.nearside.agent.net;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.Future;
import java.io.File;
import javax.net.ssl.SSLException;

/**
 * The server's side of TLS that begins in the middle of a connection, or with its first byte.
 * Immutable: certificates that were renewed need a new one. Safe from any thread but for the
 * sockets, which are used on their event loop.
 */
public final class TlsServer {
  /** The first byte of a TLS connection: a record of type handshake (RFC 8446, section 5.1). */
  public static final byte FIRST_BYTE = 0x16;

  private final SslContext context;
  private final String applicationProtocol;
  private final long handshakeMillis;

  private TlsServer(SslContext context, String applicationProtocol, long handshakeMillis) {
    this.context = context;
    this.applicationProtocol = applicationProtocol;
    this.handshakeMillis = handshakeMillis;
  }

  /**
   * Reads the files (PEM, the key as PKCS#8); blocks.
   *
   * @param clientCaFile authorities of the certificate that every client must show; empty: none is
   *     asked for
   * @param applicationProtocol for ALPN
   * @throws SSLException a file can not be read or used
   */
  public static TlsServer of(
      String certFile,
      String keyFile,
      String clientCaFile,
      String applicationProtocol,
      long handshakeMillis)
      throws SSLException {
    try {
      var builder =
          SslContextBuilder.forServer(new File(certFile), new File(keyFile))
              .sslProvider(SslProvider.JDK)
              .applicationProtocolConfig(TlsUpgrade.only(applicationProtocol));
      if (!clientCaFile.isEmpty()) {
        builder.trustManager(new File(clientCaFile)).clientAuth(ClientAuth.REQUIRE);
      }
      return new TlsServer(builder.build(), applicationProtocol, handshakeMillis);
    } catch (IllegalArgumentException e) {
      throw new SSLException(e.getMessage(), e);
    }
  }

  /**
   * Answers a client that asked for TLS and begins.
   *
   * @param answer sent in plaintext before TLS begins
   * @param rest what was read behind the client's message: must be empty. Else nothing is sent and
   *     the future has failed; the caller closes.
   * @return fails when the handshake does; the socket is then closing
   */
  public Future<TlsIdentity> upgrade(RawSocket socket, byte[] answer, ByteBuf rest) {
    SSLException stuffed = TlsUpgrade.plaintextBehind(rest);
    if (stuffed != null) {
      return Future.failedFuture(stuffed);
    }
    socket.append(answer);
    socket.flush();
    var handler = context.newHandler(socket.context().alloc());
    return TlsUpgrade.begin(socket, handler, handshakeMillis, null, null);
  }

  /**
   * Begins with a client whose first byte was {@link #FIRST_BYTE}; it must choose the application
   * protocol by ALPN, so that no other protocol's client can be led here (as PostgreSQL 17 does).
   *
   * @param wire everything that the client sent so far; read to its end
   * @return fails when the handshake does; the socket is then closing
   */
  public Future<TlsIdentity> direct(RawSocket socket, ByteBuf wire) {
    var handler = context.newHandler(socket.context().alloc());
    return TlsUpgrade.begin(socket, handler, handshakeMillis, wire, applicationProtocol);
  }
}
