package io.nearside.config;

/** Limits of client connections. */
public record PostgresClientsConfig(
    @Setting(
            doc = "Client connections at a time; the next is refused with 53300.",
            byDefault = "10000",
            min = 1,
            max = 1_000_000)
        int connectionsMax,
    @Setting(
            doc =
                "What is held of one client's batch to decide where it goes; a larger one goes to the primary and is streamed.",
            byDefault = "1MiB",
            min = 16 * ByteSize.KIB,
            max = 256 * ByteSize.MIB)
        ByteSize requestBufferBytes,
    @Setting(
            doc = "What may wait for a slow reader before the other side is paused.",
            byDefault = "1MiB",
            min = 4 * ByteSize.KIB,
            max = ByteSize.GIB)
        ByteSize outboundBytesMax,
    @Setting(
            doc = "Prepared statements by name of one client; the next is refused with 53400.",
            byDefault = "10000",
            min = 1,
            max = 10_000_000)
        int preparedStatementsMax,
    @Setting(
            doc = "Batches of one client that wait for replies before it is paused.",
            byDefault = "1024",
            min = 1,
            max = 1_000_000)
        int batchesMax,
    @Setting(
            doc =
                "Clients that ask for a replication connection: `refuse`, or `pass` them to the primary.",
            byDefault = "refuse")
        ReplicationClients replication) {

  public PostgresClientsConfig {
    Check.of(
            PostgresClientsConfig.class,
            connectionsMax,
            requestBufferBytes,
            outboundBytesMax,
            preparedStatementsMax,
            batchesMax,
            replication)
        .done();
  }
}
