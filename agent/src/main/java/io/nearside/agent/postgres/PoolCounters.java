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
  private long waitCount;
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
    waitCount++;
    int bucket = 0;
    while (bucket < WAIT_MICROS.length && nanos > WAIT_MICROS[bucket] * 1000) {
      bucket++;
    }
    waits[bucket]++;
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

  /** A copy of now. */
  Snapshot snapshot() {
    return new Snapshot(
        waits.clone(),
        waitNanos,
        waitCount,
        opened,
        closed,
        connectFailures,
        refused,
        transactions,
        queries,
        queryNanos,
        transactionNanos,
        bytesIn,
        bytesOut);
  }

  /**
   * The numbers at one moment.
   *
   * @param waits per bucket of {@link #WAIT_MICROS}, the last one for longer ones
   * @param bytesIn from the server
   * @param bytesOut to the server
   */
  @SuppressWarnings("ArrayRecordComponent") // a copy, read once
  record Snapshot(
      long[] waits,
      long waitNanos,
      long waitCount,
      long opened,
      long closed,
      long connectFailures,
      long refused,
      long transactions,
      long queries,
      long queryNanos,
      long transactionNanos,
      long bytesIn,
      long bytesOut) {}
}
