package io.nearside.config;

import java.util.List;
import java.util.Locale;

/**
 * The Redis face.
 *
 * @param deny in capitals, words parted by one blank
 */
public record RedisConfig(
    @Setting(doc = "Whether there is a Redis face.", byDefault = "true") boolean enabled,
    @Setting(doc = "Where clients connect.") RedisListenConfig listen,
    @Setting(doc = "The server behind.") RedisUpstreamConfig upstream,
    @Setting(doc = "Limits of client connections.") RedisClientsConfig clients,
    @Setting(
            doc =
                "Commands that are refused with an error reply: `KEYS`, or with a subcommand"
                    + " `CONFIG SET`.",
            byDefault = "",
            max = 512,
            pattern = "[!-~]{1,64}( [!-~]{1,64})?",
            expected = "a command, or a command and a subcommand parted by one blank",
            live = true)
        List<String> deny,
    @Setting(doc = "The near-cache.", live = true) RedisCacheConfig cache,
    @Setting(doc = "Writers that bypass the sidecars.") RedisTrackingConfig tracking,
    @Setting(doc = "What is read before clients ask for it.", live = true) RedisWarmConfig warm) {

  public RedisConfig {
    deny = deny.stream().map(command -> command.toUpperCase(Locale.ROOT)).toList();
    Check.of(RedisConfig.class, enabled, listen, upstream, clients, deny, cache, tracking, warm)
        .require(
            !enabled || !upstreamIsListener(listen, upstream.url()),
            "upstream.url",
            upstream.url(),
            "expected another address than redis.listen",
            "listen",
            "upstream")
        .done();
  }

  private static boolean upstreamIsListener(RedisListenConfig listen, UpstreamUrl url) {
    if (url.unix()) {
      return url.socketPath().equals(listen.unixSocket());
    }
    boolean here = Hosts.loopback(url.host()) || url.host().equals(listen.host());
    return here && url.port() == listen.port() && Hosts.overlap(url.host(), listen.host());
  }
}
