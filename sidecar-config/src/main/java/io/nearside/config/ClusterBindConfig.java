package io.nearside.config;

/**
 * Where this sidecar listens for its peers.
 *
 * @param port 0 for a free one
 */
public record ClusterBindConfig(
    @Setting(
            doc = "Address of the interface; peers must reach it.",
            byDefault = "127.0.0.1",
            pattern = RedisListenConfig.HOST,
            expected = "a host name or an address without brackets")
        String host,
    @Setting(doc = "TCP port; 0 takes a free one.", byDefault = "5701", min = 0, max = 65_535)
        int port,
    @Setting(
            doc = "How many ports are tried from `port` on.",
            byDefault = "100",
            min = 1,
            max = 10_000)
        int portCount) {

  public ClusterBindConfig {
    Check.of(ClusterBindConfig.class, host, port, portCount)
        .require(
            port == 0 || port + portCount - 1 <= 65_535,
            "portCount",
            portCount,
            "expected at most " + (65_536 - port) + ", as port is " + port,
            "port")
        .done();
  }
}
