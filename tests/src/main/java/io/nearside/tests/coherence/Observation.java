package io.nearside.tests.coherence;

/**
 * What a value that was read can stand for: a version between {@code oldest} and {@code newest},
 * both inclusive. They differ where the value's write has an unknown outcome (it may have landed
 * late, after its successors) and where the read found nothing (which of the removals was it?).
 *
 * @param oldest what the next read may be held to
 * @param newest what this read may claim
 */
record Observation(int oldest, int newest) {
  /** The value was never written to this key. */
  static final Observation NEVER_WRITTEN = new Observation(-1, -1);
}
