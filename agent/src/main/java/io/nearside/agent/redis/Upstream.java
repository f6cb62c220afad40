package io.nearside.agent.redis;

import io.nearside.config.HostPort;
import io.nearside.config.RedisUpstreamConfig;
import io.nearside.config.UpstreamMode;
import io.nearside.config.UpstreamTlsConfig;
import io.nearside.config.UpstreamUrl;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.redis.client.RedisOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where commands go: the one seam at which a command's server is chosen. One standalone server, or
 * the primary that {@link Sentinels} name; it can change at any time. Redis Cluster, refused by the
 * configuration, will choose here. Safe from any thread.
 */
final class Upstream {
  private final RedisUpstreamConfig config;
  private final Promise<Void> known = Promise.promise();
  private volatile @Nullable SocketAddress address;

  Upstream(RedisUpstreamConfig config) {
    this.config = config;
    UpstreamUrl url = config.url();
    if (config.mode() == UpstreamMode.STANDALONE) {
      address =
          url.unix()
              ? SocketAddress.domainSocketAddress(url.socketPath())
              : SocketAddress.inetSocketAddress(url.port(), url.host());
      known.complete();
    }
  }

  /** Completes when it is known for the first time where the server is. */
  Future<Void> known() {
    return known.future();
  }

  /** Commands go here from now on. */
  void moveTo(HostPort primary) {
    address = SocketAddress.inetSocketAddress(primary.port(), primary.host());
    known.tryComplete();
  }

  /** Where commands go now; null while no sentinel has said. */
  @Nullable SocketAddress address() {
    return address;
  }

  /** Whether a connection that was made to {@code server} is one to where commands go now. */
  boolean isAt(@Nullable SocketAddress server) {
    return Objects.equals(server, address);
  }

  /** A connection to {@code server}, as {@link #address} gave it. */
  static Future<NetSocket> connect(NetClient client, @Nullable SocketAddress server) {
    return server == null
        ? Future.failedFuture("no sentinel has said yet where the primary is")
        : client.connect(server);
  }

  /** For people: host and port, or path; of the server of now. */
  String name() {
    SocketAddress server = address;
    if (server == null) {
      return "the primary of " + config.sentinel().master();
    }
    return server.isDomainSocket()
        ? server.path()
        : new HostPort(server.host(), server.port()).toString();
  }

  /** The sidecar's own user; null without a password. */
  Scope.Credentials credentials() {
    String password =
        config.password().isSet() ? config.password().reveal() : config.url().password().reveal();
    String username = config.username().isEmpty() ? config.url().username() : config.username();
    return new Scope.Credentials(username, password);
  }

  boolean hasCredentials() {
    return config.password().isSet() || config.url().password().isSet();
  }

  /** For the data plane and the control plane alike. */
  NetClientOptions netClientOptions() {
    var options =
        new NetClientOptions()
            .setConnectTimeout((int) config.connectMillis())
            .setTcpNoDelay(true)
            .setTcpKeepAlive(true);
    if (config.url().tls()) {
      UpstreamTlsConfig tls = config.tls();
      options.setSsl(true).setHostnameVerificationAlgorithm(tls.verifyHostname() ? "HTTPS" : "");
      if (!tls.caFile().isEmpty()) {
        options.setTrustOptions(new PemTrustOptions().addCertPath(tls.caFile()));
      }
      if (!tls.certFile().isEmpty()) {
        options.setKeyCertOptions(
            new PemKeyCertOptions().addCertPath(tls.certFile()).addKeyPath(tls.keyFile()));
      }
    }
    return options;
  }

  /**
   * For the control plane's Vert.x Redis Client: the server of now, so to be asked for at each
   * connect, once {@link #known}.
   */
  RedisOptions redisOptions() {
    SocketAddress server = Objects.requireNonNull(address, "not known yet");
    Scope.Credentials who = hasCredentials() ? credentials() : null;
    if (!server.isDomainSocket()) {
      return redisOptions(new HostPort(server.host(), server.port()), who);
    }
    var options = clientOptions("unix://" + server.path());
    return who == null ? options : options.setPassword(who.password());
  }

  /** For asking one of the sentinels; with TLS where the servers have it. */
  RedisOptions sentinelOptions(HostPort sentinel) {
    return redisOptions(
        sentinel,
        config.sentinel().password().isSet()
            ? new Scope.Credentials(
                config.sentinel().username(), config.sentinel().password().reveal())
            : null);
  }

  private RedisOptions redisOptions(HostPort server, Scope.@Nullable Credentials who) {
    String login = who == null ? "" : encode(who.username()) + ":" + encode(who.password()) + "@";
    return clientOptions((config.url().tls() ? "rediss://" : "redis://") + login + server);
  }

  private RedisOptions clientOptions(String connection) {
    return new RedisOptions()
        .setConnectionString(connection)
        .setNetClientOptions(netClientOptions())
        .setMaxWaitingHandlers(4096);
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
