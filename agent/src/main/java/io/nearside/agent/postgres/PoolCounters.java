package io.nearside.agent.postgres;

/** Numbers of one pool since the start. Written on the event loop; read there too. */
final class PoolCounters {
  /** Upper bounds of the buckets of waiting times, in microseconds. */
  static final long[] WAIT_MICROS = {
    100,
    500,
    1_000,
    2_000,
    5_000,
    10_000,
    50_000,
    100_000,
    500_000,
    1_000_000,
    5_000_000,
    30_000_000
  };

  private final long[] waits = new long[WAIT_MICROS.length + 1];
  private long waitNanos;
  private long assigned;
  private long opened;
  private long closed;
  private long connectFailures;
  private long refused;
  private long transactions;
  private long queries;
  private long queryNanos;
  private long transactionNanos;
  private long bytesIn;
  private long bytesOut;

  void waited(long nanos) {
    waitNanos += nanos;
    int bucket = 0;
    while (bucket < WAIT_MICROS.length && nanos > WAIT_MICROS[bucket] * 1000) {
      bucket++;
    }
    waits[bucket]++;
  }

  void lent() {
    assigned++;
  }

  void opened() {
    opened++;
  }

  void closed() {
    closed++;
  }

  void connectFailed() {
    connectFailures++;
  }

  void refused() {
    refused++;
  }

  void query(long nanos) {
    queries++;
    queryNanos += nanos;
  }

  void transaction(long nanos) {
    transactions++;
    transactionNanos += nanos;
  }

  void bytesIn(long bytes) {
    bytesIn += bytes;
  }

  void bytesOut(long bytes) {
    bytesOut += bytes;
  }

  /** Adds what a pool has counted that is no more. */
  void add(PoolCounters other) {
    for (int i = 0; i < waits.length; i++) {
      waits[i] += other.waits[i];
    }
    waitNanos += other.waitNanos;
    assigned += other.assigned;
    opened += other.opened;
    closed += other.closed;
    connectFailures += other.connectFailures;
    refused += other.refused;
    transactions += other.transactions;
    queries += other.queries;
    queryNanos += other.queryNanos;
    transactionNanos += other.transactionNanos;
    bytesIn += other.bytesIn;
    bytesOut += other.bytesOut;
  }

  /** A copy of now. */
  PostgresStatistics.Traffic traffic() {
    double[] bounds = new double[waits.length];
    for (int i = 0; i < WAIT_MICROS.length; i++) {
      bounds[i] = WAIT_MICROS[i] / 1e6;
    }
    bounds[WAIT_MICROS.length] = Double.POSITIVE_INFINITY;
    return new PostgresStatistics.Traffic(
        transactions,
        queries,
        transactionNanos / 1e9,
        queryNanos / 1e9,
        assigned,
        new PostgresStatistics.Histogram(bounds, waits.clone(), waitNanos / 1e9),
        opened,
        closed,
        connectFailures,
        refused,
        bytesOut,
        bytesIn);
  }
}
