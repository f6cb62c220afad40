package io.nearside.agent.redis;

import io.nearside.config.RedisUpstreamConfig;
import io.nearside.config.UpstreamTlsConfig;
import io.nearside.config.UpstreamUrl;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.redis.client.RedisOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Where commands go: the one seam at which a command's server is chosen. One standalone server
 * today; Sentinel and Cluster, refused by the configuration, will choose here.
 */
final class Upstream {
  private final RedisUpstreamConfig config;
  private final SocketAddress address;

  Upstream(RedisUpstreamConfig config) {
    this.config = config;
    UpstreamUrl url = config.url();
    this.address =
        url.unix()
            ? SocketAddress.domainSocketAddress(url.socketPath())
            : SocketAddress.inetSocketAddress(url.port(), url.host());
  }

  SocketAddress address() {
    return address;
  }

  /** For people: host and port, or path. */
  String name() {
    UpstreamUrl url = config.url();
    return url.unix() ? url.socketPath() : url.host() + ":" + url.port();
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

  /** For the control plane's Vert.x Redis Client. */
  RedisOptions redisOptions() {
    UpstreamUrl url = config.url();
    var text = new StringBuilder();
    String login = "";
    if (hasCredentials()) {
      Scope.Credentials who = credentials();
      login = encode(who.username()) + ":" + encode(who.password()) + "@";
    }
    if (url.unix()) {
      text.append("unix://").append(url.socketPath());
    } else {
      String host = url.host().contains(":") ? "[" + url.host() + "]" : url.host();
      text.append(url.tls() ? "rediss://" : "redis://")
          .append(login)
          .append(host)
          .append(':')
          .append(url.port());
    }
    var options =
        new RedisOptions()
            .setConnectionString(text.toString())
            .setNetClientOptions(netClientOptions())
            .setMaxWaitingHandlers(4096);
    if (url.unix() && hasCredentials()) {
      options.setPassword(credentials().password());
    }
    return options;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
