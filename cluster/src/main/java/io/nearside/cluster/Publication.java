package io.nearside.cluster;

import java.util.List;

/** One call of publish, waiting for its turn. */
sealed interface Publication {

  /** When publish was called, on the wall. */
  long wallNanos();

  /** How much of the queue's bound it takes. */
  int weight();

  /** What one command wrote. */
  record Written(int database, List<byte[]> keys, long wallNanos) implements Publication {
    @Override
    public int weight() {
      return keys.size();
    }
  }

  /** What was written has no names. */
  record Unnamed(EpochReason reason, long wallNanos) implements Publication {
    @Override
    public int weight() {
      return 1;
    }
  }
}
