package io.nearside.config;

/** Limits of client connections. */
public record RedisClientsConfig(
    @Setting(
            doc = "Client connections at a time; the next is refused with Redis's own words.",
            byDefault = "10000",
            min = 1,
            max = 1_000_000,
            live = true)
        int connectionsMax,
    @Setting(
            doc =
                "As whom commands reach the upstream: `client` passes each client's credentials through,"
                    + " `sidecar` uses those of `redis.upstream` for all.",
            byDefault = "client")
        ClientIdentity identity,
    @Setting(
            doc = "Requests of one client in flight; beyond it the client is paused.",
            byDefault = "1024",
            min = 1,
            max = 1_000_000,
            live = true)
        int pipelineMax,
    @Setting(
            doc =
                "Memory that one client's requests may hold before they are forwarded; larger commands are"
                    + " streamed.",
            byDefault = "1MiB",
            min = 16 * ByteSize.KIB,
            max = 256 * ByteSize.MIB)
        ByteSize requestBufferBytes,
    @Setting(
            doc = "Largest single argument, as `proto-max-bulk-len` of Redis.",
            byDefault = "512MiB",
            min = ByteSize.KIB,
            max = 2047 * ByteSize.MIB,
            live = true)
        ByteSize bulkBytesMax,
    @Setting(
            doc = "Most arguments of one command.",
            byDefault = "1048576",
            min = 1,
            max = 2_147_483_647,
            live = true)
        int argumentsMax,
    @Setting(
            doc = "Longest inline command, and longest length line.",
            byDefault = "64KiB",
            min = 64,
            max = ByteSize.MIB,
            live = true)
        ByteSize inlineBytesMax,
    @Setting(
            doc = "Replies that may wait for a slow client before its upstream is paused.",
            byDefault = "1MiB",
            min = 4 * ByteSize.KIB,
            max = ByteSize.GIB,
            live = true)
        ByteSize outboundBytesMax,
    @Setting(
            doc =
                "How long a paused client may hold up a shared upstream connection before the client is"
                    + " closed.",
            byDefault = "1000",
            min = 10,
            max = 600_000,
            live = true)
        long stallMillis,
    @Setting(
            doc =
                "A connection that calls itself so with CLIENT SETNAME reads past the near-cache, for"
                    + " debugging; empty for none.",
            byDefault = "nearside-fresh",
            pattern = "[!-~]{0,128}",
            expected = "up to 128 printable characters without blanks",
            live = true)
        String freshClientName) {

  public RedisClientsConfig {
    Check.of(
            RedisClientsConfig.class,
            connectionsMax,
            identity,
            pipelineMax,
            requestBufferBytes,
            bulkBytesMax,
            argumentsMax,
            inlineBytesMax,
            outboundBytesMax,
            stallMillis,
            freshClientName)
        .done();
  }
}
