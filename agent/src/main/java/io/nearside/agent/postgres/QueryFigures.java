package io.nearside.agent.postgres;

import org.jspecify.annotations.Nullable;

/** What is kept of the statements of one fingerprint; linked by use. On the event loop. */
final class QueryFigures {
  private final String fingerprint;
  private final LatencyBuckets latency = new LatencyBuckets();
  private long errors;
  private long rows;
  private long onReplicas;
  private boolean dropped;
  // Neighbours in the order of use.
  @Nullable QueryFigures newer;
  @Nullable QueryFigures older;

  QueryFigures(String fingerprint) {
    this.fingerprint = fingerprint;
  }

  void answered(long nanos, long rowCount, boolean failed, boolean onReplica) {
    latency.record(nanos);
    rows += rowCount;
    if (failed) {
      errors++;
    }
    if (onReplica) {
      onReplicas++;
    }
  }

  String fingerprint() {
    return fingerprint;
  }

  LatencyBuckets latency() {
    return latency;
  }

  long errors() {
    return errors;
  }

  long rows() {
    return rows;
  }

  long onReplicas() {
    return onReplicas;
  }

  /** Others took its place: nothing is counted here any more. */
  boolean isDropped() {
    return dropped;
  }

  void drop() {
    dropped = true;
  }
}
