package io.nearside.config;

import java.util.List;

/** Reads to replicas, writes to the primary. */
public record PostgresRoutingConfig(
    @Setting(doc = "Whether replicas get reads at all.", byDefault = "true") boolean readWriteSplit,
    @Setting(
            doc =
                "Whether comments in statements decide: `/* nearside: primary */`, `/* nearside: replica */`.",
            byDefault = "true")
        boolean hints,
    @Setting(doc = "Which replica gets a read.", byDefault = "least-connections")
        ReplicaChoice choice,
    @Setting(
            doc = "For `weighted`: `host:port=weight`; 1 where nothing is said.",
            byDefault = "",
            max = 64,
            pattern = "[^=\\s]{1,260}=[0-9]{1,6}",
            expected = "host:port=weight")
        List<String> weights,
    @Setting(
            doc = "A replica further behind gets no reads.",
            byDefault = "10000",
            min = 1,
            max = 86_400_000)
        long maxLagMillis,
    @Setting(
            doc = "The same, in bytes of WAL.",
            byDefault = "64MiB",
            min = ByteSize.KIB,
            max = 1024 * ByteSize.GIB)
        ByteSize maxLagBytes,
    @Setting(
            doc = "How often roles and lag are asked for.",
            byDefault = "1000",
            min = 50,
            max = 60_000)
        long watchMillis,
    @Setting(
            doc =
                "Failures within `failWindowMillis` after which a replica gets nothing for a while.",
            byDefault = "3",
            min = 1,
            max = 1000)
        int failsMax,
    @Setting(doc = "See `failsMax`.", byDefault = "10000", min = 100, max = 3_600_000)
        long failWindowMillis,
    @Setting(
            doc = "For how long, the first time; it doubles each time.",
            byDefault = "5000",
            min = 10,
            max = 3_600_000)
        long ejectMillis,
    @Setting(doc = "And at most.", byDefault = "60000", min = 10, max = 86_400_000)
        long ejectMaxMillis,
    @Setting(
            doc = "How long a replica that comes back takes to get its full share.",
            byDefault = "10000",
            min = 0,
            max = 3_600_000)
        long slowStartMillis,
    @Setting(
            doc =
                "How often the catalog (which functions and relations a replica may serve) is read anew; after DDL through this sidecar it is at once.",
            byDefault = "30000",
            min = 100,
            max = 86_400_000)
        long catalogRefreshMillis,
    @Setting(
            doc = "Statement texts whose route is remembered.",
            byDefault = "10000",
            min = 16,
            max = 10_000_000)
        int decisionsMax) {

  public PostgresRoutingConfig {
    Check.of(
            PostgresRoutingConfig.class,
            readWriteSplit,
            hints,
            choice,
            weights,
            maxLagMillis,
            maxLagBytes,
            watchMillis,
            failsMax,
            failWindowMillis,
            ejectMillis,
            ejectMaxMillis,
            slowStartMillis,
            catalogRefreshMillis,
            decisionsMax)
        .require(
            ejectMillis <= ejectMaxMillis,
            "ejectMillis",
            ejectMillis,
            "expected at most ejectMaxMillis, " + ejectMaxMillis,
            "ejectMaxMillis")
        .done();
  }
}
