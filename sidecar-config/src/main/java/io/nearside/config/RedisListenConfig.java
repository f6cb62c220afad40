package io.nearside.config;

/**
 * Where clients connect.
 *
 * @param port 0 for a free one
 * @param unixSocket empty for none
 */
public record RedisListenConfig(
    @Setting(
            doc = "Address that the TCP listener binds.",
            byDefault = "127.0.0.1",
            pattern = RedisListenConfig.HOST,
            expected = "a host name or an address without brackets")
        String host,
    @Setting(doc = "TCP port; 0 takes a free one.", byDefault = "6379", min = 0, max = 65_535)
        int port,
    @Setting(
            doc =
                "Absolute path of a unix socket to listen on as well; empty for none. The biggest"
                    + " single lever on speed.",
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
    @Setting(doc = "TLS of the TCP listener.") ListenerTlsConfig tls) {

  static final String MODE = "|0?[0-7]{3}";
  static final String HOST = "[A-Za-z0-9_.:%-]{1,253}";

  public RedisListenConfig {
    Check.of(RedisListenConfig.class, host, port, unixSocket, unixSocketMode, tls).done();
  }
}
