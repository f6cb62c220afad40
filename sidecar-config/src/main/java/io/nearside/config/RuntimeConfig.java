package io.nearside.config;

/** The process. */
public record RuntimeConfig(
    @Setting(
            doc =
                "Event loops that serve clients. One is enough for a sidecar, and fastest on two cores.",
            byDefault = "1",
            min = 1,
            max = 64)
        int eventLoops,
    @Setting(
            doc =
                "What moves bytes between kernel and event loops. `auto`: io_uring where it loads and neither"
                    + " a unix socket nor the PostgreSQL face is configured, else epoll, else NIO.",
            byDefault = "auto")
        TransportKind transport,
    @Setting(
            doc =
                "How long a drain may take from SIGTERM on: what is in flight is answered, then the process"
                    + " ends.",
            byDefault = "10000",
            min = 0,
            max = 3_600_000)
        long drainMillis) {

  public RuntimeConfig {
    Check.of(RuntimeConfig.class, eventLoops, transport, drainMillis).done();
  }
}
