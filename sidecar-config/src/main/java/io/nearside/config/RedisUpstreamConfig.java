package io.nearside.config;

/** The server behind the Redis face. Times are milliseconds. */
public record RedisUpstreamConfig(
    @Setting(
            doc =
                "`redis://`, `rediss://` (TLS) or `unix:///path`; may hold `user:password@` and"
                    + " `/db` (`?db=N` after a unix path). Prefer `password` for the password.",
            byDefault = "redis://127.0.0.1:6380")
        UpstreamUrl url,
    @Setting(
            doc =
                "`standalone`: the server of `url`. `sentinel`: the primary that the sentinels"
                    + " name; of `url` the scheme, the user and the database hold, for the servers"
                    + " and (TLS) the sentinels. Redis Cluster is a later capability.",
            byDefault = "standalone",
            later = "cluster")
        UpstreamMode mode,
    @Setting(doc = "With `mode: sentinel`.") RedisSentinelConfig sentinel,
    @Setting(
            doc =
                "ACL user of the sidecar's own connections, and of clients where `clients.identity`"
                    + " is `sidecar`.",
            byDefault = "")
        String username,
    @Setting(doc = "Its password.", byDefault = "") Secret password,
    @Setting(doc = "TLS to a `rediss://` upstream.") UpstreamTlsConfig tls,
    @Setting(doc = "How long a connect may take.", byDefault = "2000", min = 1, max = 60_000)
        long connectMillis,
    @Setting(
            doc = "How long a command waits for a connection of its own before it is refused.",
            byDefault = "1000",
            min = 0,
            max = 60_000)
        long acquireMillis,
    @Setting(
            doc = "How many may wait for one; the next is refused at once.",
            byDefault = "1024",
            min = 0,
            max = 1_000_000)
        int acquireQueueMax,
    @Setting(
            doc = "Connections that stateless commands share, per event loop.",
            byDefault = "1",
            min = 1,
            max = 16)
        int sharedConnectionsPerLoop,
    @Setting(
            doc =
                "Connections of their own (transactions, subscriptions, blocking commands), in"
                    + " all.",
            byDefault = "256",
            min = 0,
            max = 65_535)
        int pinnedConnectionsMax,
    @Setting(
            doc =
                "First pause before a reconnect; doubles up to `reconnectMaxMillis`, with jitter.",
            byDefault = "50",
            min = 1,
            max = 60_000)
        long reconnectMinMillis,
    @Setting(doc = "Longest pause before a reconnect.", byDefault = "2000", min = 1, max = 600_000)
        long reconnectMaxMillis,
    @Setting(
            doc = "An unused connection of its own is closed after this.",
            byDefault = "30000",
            min = 100,
            max = 86_400_000)
        long idleMillis,
    @Setting(
            doc =
                "How long the keys of a write whose outcome is unknown (connection lost after"
                    + " sending) stay uncached.",
            byDefault = "5000",
            min = 100,
            max = 600_000)
        long unknownOutcomeMillis) {

  public RedisUpstreamConfig {
    Check.of(
            RedisUpstreamConfig.class,
            url,
            mode,
            sentinel,
            username,
            password,
            tls,
            connectMillis,
            acquireMillis,
            acquireQueueMax,
            sharedConnectionsPerLoop,
            pinnedConnectionsMax,
            reconnectMinMillis,
            reconnectMaxMillis,
            idleMillis,
            unknownOutcomeMillis)
        .require(
            !url.password().isSet() || !password.isSet(),
            "password",
            password,
            "expected a password either here or in the url",
            "url")
        .require(
            url.username().isEmpty() || username.isEmpty(),
            "username",
            username,
            "expected a user either here or in the url",
            "url")
        .require(
            username.isEmpty() || password.isSet() || url.password().isSet(),
            "password",
            password,
            "expected a password, as username is set",
            "username",
            "url")
        .require(
            url.tls() || !tls.anyFile(),
            "tls",
            "files",
            "expected only with a rediss:// url",
            "url")
        .require(
            mode != UpstreamMode.SENTINEL
                || (!sentinel.master().isEmpty() && !sentinel.nodes().isEmpty()),
            "sentinel",
            "\"\"",
            "expected master and nodes, as mode is sentinel",
            "mode")
        .require(
            mode != UpstreamMode.SENTINEL || !url.unix(),
            "url",
            url,
            "expected redis:// or rediss://, as mode is sentinel",
            "mode")
        .require(
            reconnectMinMillis <= reconnectMaxMillis,
            "reconnectMinMillis",
            reconnectMinMillis,
            "expected at most reconnectMaxMillis, " + reconnectMaxMillis,
            "reconnectMaxMillis")
        .done();
  }

  /**
   * The user of the sidecar's own connections, from here or from the URL; empty for the default.
   */
  public String authUsername() {
    return username.isEmpty() ? url.username() : username;
  }

  /** Its password, from here or from the URL; not set where the upstream asks for none. */
  public Secret authPassword() {
    return password.isSet() ? password : url.password();
  }
}
