package io.nearside.agent.net;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.vertx.core.Future;
import java.io.File;
import javax.net.ssl.SSLException;

/**
 * The client's side of TLS that begins in the middle of a connection, or at its start. Immutable:
 * certificates that were renewed need a new one. Safe from any thread but for the sockets, which
 * are used on their event loop.
 */
public final class TlsClient {
  /** What of the server's certificate is verified. */
  public enum Verify {
    /** Nothing: good against who listens, not against who stands between. */
    NOTHING,
    /** That one of the authorities signed it. */
    AUTHORITY,
    /** That, and that it is for the host's name or address. */
    HOST
  }

  private final SslContext context;
  private final String applicationProtocol;
  private final long handshakeMillis;

  private TlsClient(SslContext context, String applicationProtocol, long handshakeMillis) {
    this.context = context;
    this.applicationProtocol = applicationProtocol;
    this.handshakeMillis = handshakeMillis;
  }

  /**
   * Reads the files (PEM, the key as PKCS#8); blocks.
   *
   * @param caFile authorities; empty: those of the Java runtime
   * @param certFile the certificate to show; empty: none
   * @param applicationProtocol for ALPN
   * @throws SSLException a file can not be read or used
   */
  public static TlsClient of(
      Verify verify,
      String caFile,
      String certFile,
      String keyFile,
      String applicationProtocol,
      long handshakeMillis)
      throws SSLException {
    try {
      var builder =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.JDK)
              // Netty would verify the host's name unless told otherwise.
              .endpointIdentificationAlgorithm(verify == Verify.HOST ? "HTTPS" : null)
              .applicationProtocolConfig(TlsUpgrade.only(applicationProtocol));
      if (verify == Verify.NOTHING) {
        builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
      } else if (!caFile.isEmpty()) {
        builder.trustManager(new File(caFile));
      }
      if (!certFile.isEmpty()) {
        builder.keyManager(new File(certFile), new File(keyFile));
      }
      return new TlsClient(builder.build(), applicationProtocol, handshakeMillis);
    } catch (IllegalArgumentException e) {
      throw new SSLException(e.getMessage(), e);
    }
  }

  /**
   * Begins after the server agreed to TLS.
   *
   * @param host as it is configured: what the certificate must be for, and what SNI says
   * @param rest what was read behind the server's answer: must be empty. Else nothing is sent and
   *     the future has failed; the caller closes.
   * @return fails when the handshake or the verification does; the socket is then closing
   */
  public Future<TlsIdentity> upgrade(RawSocket socket, String host, int port, ByteBuf rest) {
    SSLException stuffed = TlsUpgrade.plaintextBehind(rest);
    if (stuffed != null) {
      return Future.failedFuture(stuffed);
    }
    var handler = context.newHandler(socket.context().alloc(), host, port);
    return TlsUpgrade.begin(socket, handler, handshakeMillis, null, null);
  }

  /**
   * Begins with the first byte, without asking first; the server must choose the application
   * protocol by ALPN.
   *
   * @return fails when the handshake or the verification does; the socket is then closing
   */
  public Future<TlsIdentity> direct(RawSocket socket, String host, int port) {
    var handler = context.newHandler(socket.context().alloc(), host, port);
    return TlsUpgrade.begin(socket, handler, handshakeMillis, null, applicationProtocol);
  }
}
