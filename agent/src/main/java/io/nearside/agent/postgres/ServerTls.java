package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.nearside.agent.net.TlsClient;
import io.nearside.agent.net.TlsIdentity;
import io.nearside.agent.postgres.auth.ChannelBinding;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.config.HostPort;
import io.nearside.config.PostgresTlsConfig;
import io.nearside.config.PostgresTlsMode;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Connects to servers, in TLS as configured (PostgreSQL manual, "SSL Session Encryption"). On the
 * event loop.
 */
final class ServerTls {
  static final String ALPN = "postgresql";

  private final PostgresTlsConfig config;
  private final @Nullable TlsClient tls;

  /**
   * Reads the files; blocks.
   *
   * @throws IllegalStateException when one of them can not be used
   */
  ServerTls(PostgresTlsConfig config, long handshakeMillis) {
    this.config = config;
    try {
      tls =
          config.mode() == PostgresTlsMode.DISABLE
              ? null
              : TlsClient.of(
                  switch (config.mode()) {
                    case VERIFY_CA -> TlsClient.Verify.AUTHORITY;
                    case VERIFY_FULL -> TlsClient.Verify.HOST;
                    case DISABLE, PREFER, REQUIRE -> TlsClient.Verify.NOTHING;
                  },
                  config.caFile(),
                  config.certFile(),
                  config.keyFile(),
                  ALPN,
                  handshakeMillis);
    } catch (SSLException e) {
      throw new IllegalStateException("postgres.tls: " + e.getMessage(), e);
    }
  }

  /**
   * A connected socket.
   *
   * @param binding what SCRAM can be bound to (tls-server-end-point); null without TLS
   */
  @SuppressWarnings("ArrayRecordComponent") // read once
  record Connected(RawSocket socket, byte @Nullable [] binding) {}

  /** Connects; the peer hears the socket as soon as it may be used. */
  Future<Connected> connect(PostgresLoop loop, HostPort address, RawSocket.Peer peer) {
    return loop.client()
        .connect(address.port(), address.host())
        .compose(
            socket -> {
              TlsClient client = tls;
              if (client == null) {
                return Future.succeededFuture(
                    new Connected(RawSocket.install(socket, loop.outboundBytesMax(), peer), null));
              }
              var asking = new Asking(client, address);
              RawSocket raw = RawSocket.install(socket, loop.outboundBytesMax(), asking);
              return asking
                  .start(raw)
                  .map(
                      binding -> {
                        raw.handTo(peer);
                        return new Connected(raw, binding);
                      });
            });
  }

  /** Asks the server for TLS, or begins with it. */
  private final class Asking implements RawSocket.Peer {
    private final TlsClient client;
    private final HostPort address;
    private final Promise<byte @Nullable []> done = Promise.promise();
    private @Nullable RawSocket socket;
    private boolean answered;

    Asking(TlsClient client, HostPort address) {
      this.client = client;
      this.address = address;
    }

    Future<byte @Nullable []> start(RawSocket raw) {
      socket = raw;
      if (config.direct()) {
        answered = true;
        follow(client.direct(raw, address.host(), address.port()));
      } else {
        raw.append(Frontend.sslRequest());
        raw.flush();
      }
      return done.future();
    }

    private void follow(Future<TlsIdentity> handshake) {
      handshake.onComplete(
          over -> {
            if (over.failed()) {
              done.tryFail(over.cause());
            } else {
              X509Certificate certificate = over.result().peer();
              done.tryComplete(certificate == null ? null : ChannelBinding.of(certificate));
            }
          });
    }

    @Override
    public void received(ByteBuf bytes) {
      RawSocket raw = socket;
      if (answered || raw == null) {
        return;
      }
      answered = true;
      byte answer = bytes.readByte();
      if (answer == 'S') {
        follow(client.upgrade(raw, address.host(), address.port(), bytes));
      } else if (answer == 'N' && config.mode() == PostgresTlsMode.PREFER && !bytes.isReadable()) {
        done.tryComplete(null);
      } else {
        raw.abort(DisconnectReason.PROTOCOL);
        done.tryFail(
            answer == 'N'
                ? "the server has no TLS (postgres.tls.mode is " + config.mode().label() + ")"
                : "the server did not understand the request for TLS");
      }
    }

    @Override
    public void readComplete() {}

    @Override
    public void writabilityChanged(boolean writable) {}

    @Override
    public void inputClosed() {
      closed(null);
    }

    @Override
    public void closed(@Nullable DisconnectReason reason) {
      done.tryFail("the server closed the connection while TLS was negotiated");
    }
  }
}
