package io.nearside.tests.coherence;

/** What a read must not break; the numbers are those of {@code docs/consistency.md}. */
public enum Rule {
  /** Read your writes: promise 1. A write's reply came through this sidecar before the read. */
  READ_YOUR_WRITES,
  /** No value older than {@code maxStaleness} after a newer one was acknowledged: promise 2. */
  MAX_STALENESS,
  /**
   * A later read through the same sidecar, by the same command line in the same protocol, is not
   * older: promise 3. Replies to different command lines are kept, and forgotten, apart.
   */
  MONOTONIC_READS,
  /** One reply does not mix old and new of one multi-key write through the same sidecar. */
  WHOLE_WRITES,
  /** Only what was written to a key is ever read from it, and not before it was written. */
  WRITTEN_VALUES
}
