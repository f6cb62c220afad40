package io.nearside.agent.postgres;

import io.nearside.agent.net.ListenException;
import io.nearside.agent.net.UnixSocketFile;
import io.nearside.config.PostgresListenConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The PostgreSQL face's listeners: TCP, and a unix socket where configured. From any thread. */
final class PostgresListeners {
  private static final Logger log = LoggerFactory.getLogger(PostgresListeners.class);
  private static final int BACKLOG = 4096;

  private final Vertx vertx;
  private final PostgresListenConfig config;
  private final List<NetServer> servers = new CopyOnWriteArrayList<>();
  private volatile int port;

  PostgresListeners(Vertx vertx, PostgresListenConfig config) {
    this.vertx = vertx;
    this.config = config;
    this.port = config.port();
  }

  int port() {
    return port;
  }

  /** To be called on the loop's context, which is where connections are then handled. */
  Future<Void> open(PostgresLoop loop) {
    return listen(loop, SocketAddress.inetSocketAddress(config.port(), config.host()))
        .compose(
            server -> {
              port = server.actualPort();
              if (config.unixSocket().isEmpty()) {
                return Future.<Void>succeededFuture();
              }
              UnixSocketFile.removeOld(config.unixSocket(), log);
              return listen(loop, SocketAddress.domainSocketAddress(config.unixSocket()))
                  .compose(
                      _ -> {
                        UnixSocketFile.permit(config.unixSocket(), config.unixSocketMode());
                        return Future.<Void>succeededFuture();
                      });
            });
  }

  private Future<NetServer> listen(PostgresLoop loop, SocketAddress address) {
    NetServer server =
        vertx.createNetServer(new NetServerOptions().setTcpNoDelay(true).setAcceptBacklog(BACKLOG));
    servers.add(server);
    return ListenException.at(address, server.connectHandler(loop::opened).listen(address));
  }

  /** Accepts no more; connections stay until the time is over. */
  Future<Void> shutdown(long millis) {
    return Future.join(
            servers.stream().map(server -> server.shutdown(millis, TimeUnit.MILLISECONDS)).toList())
        .otherwiseEmpty()
        .mapEmpty();
  }
}
