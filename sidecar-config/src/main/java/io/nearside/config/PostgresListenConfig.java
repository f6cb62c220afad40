package io.nearside.config;

/** Where clients of the PostgreSQL face connect. */
public record PostgresListenConfig(
    @Setting(
            doc = "Address that the TCP listener binds.",
            byDefault = "127.0.0.1",
            pattern = RedisListenConfig.HOST,
            expected = "a host name or an address without brackets")
        String host,
    @Setting(doc = "TCP port; 0 takes a free one.", byDefault = "5432", min = 0, max = 65_535)
        int port,
    @Setting(
            doc =
                "Absolute path of a unix socket to listen on as well, which drivers expect to be"
                    + " called `.s.PGSQL.5432`; empty for none.",
            byDefault = "",
            pattern = "|/[^\\u0000]{1,106}",
            expected = "an absolute path of at most 107 characters")
        String unixSocket,
    @Setting(
            doc =
                "Permissions of that socket, octal: `0777` for every user of the machine or pod;"
                    + " empty for what the umask leaves.",
            byDefault = "",
            pattern = RedisListenConfig.MODE,
            expected = "permissions in octal, 0000..0777")
        String unixSocketMode,
    @Setting(
            doc =
                "TLS of the TCP listener, by SSLRequest and direct; where it is enabled, clients"
                    + " without TLS are still taken unless `tlsRequired`.")
        ListenerTlsConfig tls,
    @Setting(doc = "Whether clients without TLS are refused.", byDefault = "false")
        boolean tlsRequired) {

  public PostgresListenConfig {
    Check.of(PostgresListenConfig.class, host, port, unixSocket, unixSocketMode, tls, tlsRequired)
        .require(
            !tlsRequired || tls.enabled(),
            "tlsRequired",
            tlsRequired,
            "expected false, as tls.enabled is false",
            "tls")
        .done();
  }
}
