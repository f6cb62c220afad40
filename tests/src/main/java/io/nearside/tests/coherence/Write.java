package io.nearside.tests.coherence;

import java.util.Map;

/**
 * One write command, or one transaction, on one or more keys: the unit that is acknowledged. Made
 * by {@link CoherenceChecker#beginWrite}; its outcome is set once.
 */
public final class Write {
  final int path;
  final String operation;
  final long invokedNanos;
  private volatile Outcome outcome = Outcome.PENDING;
  private volatile long endedNanos;
  private Map<String, Version> versions = Map.of();

  Write(int path, String operation, long invokedNanos) {
    this.path = path;
    this.operation = operation;
    this.invokedNanos = invokedNanos;
  }

  /** What is known of a write's effect at the upstream. */
  enum Outcome {
    /** Sent or about to be; nothing came back yet. */
    PENDING,
    /** Its reply was read: it happened, once. */
    ACKNOWLEDGED,
    /** An error or a lost connection: it happened, or did not, or will happen late. */
    UNKNOWN
  }

  /** The versions that this write gives to its keys. Set before the write is sent. */
  Map<String, Version> versions() {
    return versions;
  }

  void versions(Map<String, Version> made) {
    versions = Map.copyOf(made);
  }

  Outcome outcome() {
    return outcome;
  }

  void end(Outcome known, long nowNanos) {
    if (outcome != Outcome.PENDING) {
      throw new IllegalStateException("the write has ended before: " + operation);
    }
    endedNanos = nowNanos;
    outcome = known;
  }

  /** When its outcome became known; 0 while pending. */
  long endedNanos() {
    return endedNanos;
  }
}
