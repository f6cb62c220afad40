package io.nearside.config;

/** The pools: one per server, database and user. */
public record PostgresPoolConfig(
    @Setting(
            doc =
                "For how long a client keeps its server connection: `session` is safe for anything, `transaction` and `statement` share more.",
            byDefault = "session")
        PoolMode mode,
    @Setting(
            doc = "Connections that are kept open, made in the background once the pool was used.",
            byDefault = "5",
            min = 0,
            max = 10_000)
        int min,
    @Setting(doc = "Most connections.", byDefault = "20", min = 1, max = 10_000) int max,
    @Setting(
            doc =
                "Whether the pool grows only when clients have waited `growWaitMillis`, and shrinks when it needs less; otherwise it opens a connection for whoever finds none free.",
            byDefault = "true")
        boolean autoscale,
    @Setting(
            doc = "How long a client waits for a connection to come free before another is opened.",
            byDefault = "2",
            min = 0,
            max = 60_000)
        long growWaitMillis,
    @Setting(
            doc = "How long the pool must have needed fewer connections before it closes one.",
            byDefault = "10000",
            min = 100,
            max = 86_400_000)
        long shrinkMillis,
    @Setting(
            doc = "How long a client waits for a connection before it gets an error (53300).",
            byDefault = "30000",
            min = 1,
            max = 3_600_000)
        long acquireMillis,
    @Setting(
            doc =
                "Most clients that wait for a connection of one pool; the next gets the error at once.",
            byDefault = "10000",
            min = 0,
            max = 1_000_000)
        int queueMax,
    @Setting(
            doc = "Connections above `min` that lie idle so long are closed.",
            byDefault = "10000",
            min = 100,
            max = 86_400_000)
        long idleMillis,
    @Setting(
            doc = "Connections that are older are closed when they are free.",
            byDefault = "1800000",
            min = 1000,
            max = 604_800_000)
        long lifetimeMillis,
    @Setting(
            doc = "By how much that age differs at random, so that not all go at once.",
            byDefault = "10",
            min = 0,
            max = 100)
        int lifetimeJitterPercent,
    @Setting(
            doc = "How often idle and old connections are looked for.",
            byDefault = "1000",
            min = 10,
            max = 600_000)
        long evictMillis,
    @Setting(
            doc = "A connection that lay idle so long is checked before it is used; 0 for never.",
            byDefault = "5000",
            min = 0,
            max = 86_400_000)
        long checkIdleMillis,
    @Setting(
            doc = "How long connecting and logging in to a server may take.",
            byDefault = "5000",
            min = 10,
            max = 600_000)
        long connectMillis,
    @Setting(
            doc = "How often connecting is tried again before a waiting client is told.",
            byDefault = "3",
            min = 0,
            max = 1000)
        int retryCount,
    @Setting(
            doc = "The pause before the first of these; it doubles.",
            byDefault = "100",
            min = 1,
            max = 60_000)
        long retryBackoffMillis,
    @Setting(
            doc =
                "How long a connection may take to become clean (ROLLBACK, DISCARD ALL) before it is closed instead.",
            byDefault = "2000",
            min = 10,
            max = 600_000)
        long resetMillis,
    @Setting(
            doc = "Prepared statements kept on one shared server connection; the least used goes.",
            byDefault = "500",
            min = 1,
            max = 100_000)
        int preparedStatementsMax) {

  public PostgresPoolConfig {
    Check.of(
            PostgresPoolConfig.class,
            mode,
            min,
            max,
            autoscale,
            growWaitMillis,
            shrinkMillis,
            acquireMillis,
            queueMax,
            idleMillis,
            lifetimeMillis,
            lifetimeJitterPercent,
            evictMillis,
            checkIdleMillis,
            connectMillis,
            retryCount,
            retryBackoffMillis,
            resetMillis,
            preparedStatementsMax)
        .require(min <= max, "min", min, "expected at most max, " + max, "max")
        .done();
  }
}
