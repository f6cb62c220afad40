package io.nearside.agent.redis;

import io.nearside.agent.net.ListenException;
import io.nearside.agent.net.UnixSocketFile;
import io.nearside.config.ListenerTlsConfig;
import io.nearside.config.RedisListenConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Redis face's listeners: TCP, and a unix socket where configured, on each of its event loops.
 * Safe from any thread.
 */
final class Listeners {
  private static final Logger log = LoggerFactory.getLogger(Listeners.class);
  // A free port that all event loops share: Vert.x tells such ports apart by a number.
  private static final int FREE_PORT_ID = 1;
  private static final int BACKLOG = 4096;

  private final Vertx vertx;
  private final RedisFace face;
  private final RedisListenConfig config;
  private final List<NetServer> servers = new CopyOnWriteArrayList<>();
  private volatile int port;

  Listeners(Vertx vertx, RedisFace face, RedisListenConfig config) {
    this.vertx = vertx;
    this.face = face;
    this.config = config;
    this.port = config.port();
  }

  /** The TCP port; the one that was found free once {@link #open} has completed. */
  int port() {
    return port;
  }

  /** One loop after the other, so that all share the port that the first one gets. */
  Future<Void> open(int eventLoops, Consumer<RedisLoop> opened) {
    removeOldSocket();
    Future<Void> done = Future.succeededFuture();
    for (int i = 0; i < eventLoops; i++) {
      done = done.compose(v -> vertx.deployVerticle(new LoopVerticle(opened)).mapEmpty());
    }
    return done;
  }

  /**
   * Accepts no more; close() would end the connections too, a shutdown leaves them to the face
   * until the time is over.
   */
  Future<Void> shutdown(long millis) {
    return Future.join(
            servers.stream().map(server -> server.shutdown(millis, TimeUnit.MILLISECONDS)).toList())
        .otherwiseEmpty()
        .mapEmpty();
  }

  private void removeOldSocket() {
    if (!config.unixSocket().isEmpty()) {
      UnixSocketFile.removeOld(config.unixSocket(), log);
    }
  }

  private final class LoopVerticle extends VerticleBase {
    private final Consumer<RedisLoop> opened;

    LoopVerticle(Consumer<RedisLoop> opened) {
      this.opened = opened;
    }

    @Override
    public Future<?> start() {
      var client = vertx.createNetClient(face.upstream().netClientOptions());
      var loop = new RedisLoop(face, context, client);
      opened.accept(loop);
      return listen(
              loop,
              tcpOptions(),
              config.port() == 0
                  ? SocketAddress.sharedRandomPort(FREE_PORT_ID, config.host())
                  : SocketAddress.inetSocketAddress(config.port(), config.host()))
          .compose(
              server -> {
                port = server.actualPort();
                return config.unixSocket().isEmpty()
                    ? Future.succeededFuture(server)
                    : listen(
                            loop,
                            new NetServerOptions(),
                            SocketAddress.domainSocketAddress(config.unixSocket()))
                        .map(
                            listening -> {
                              UnixSocketFile.permit(config.unixSocket(), config.unixSocketMode());
                              return listening;
                            });
              });
    }

    private Future<NetServer> listen(
        RedisLoop loop, NetServerOptions options, SocketAddress address) {
      NetServer server = vertx.createNetServer(options);
      servers.add(server);
      return ListenException.at(address, server.connectHandler(loop::opened).listen(address));
    }
  }

  private NetServerOptions tcpOptions() {
    var options = new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(BACKLOG);
    ListenerTlsConfig tls = config.tls();
    if (tls.enabled()) {
      options
          .setSsl(true)
          .setKeyCertOptions(
              new PemKeyCertOptions().addCertPath(tls.certFile()).addKeyPath(tls.keyFile()));
      if (!tls.clientCaFile().isEmpty()) {
        options
            .setClientAuth(ClientAuth.REQUIRED)
            .setTrustOptions(new PemTrustOptions().addCertPath(tls.clientCaFile()));
      }
    }
    return options;
  }
}
