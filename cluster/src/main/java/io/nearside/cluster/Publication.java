package io.nearside.cluster;

import io.nearside.cluster.BusMessage.StreamPosition;
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

  /**
   * A server's log was written this far. Waits under the name of its stream only: how far is asked
   * when it is taken.
   */
  record Moved(StreamPosition to, long wallNanos) implements Publication {
    @Override
    public int weight() {
      return 1;
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
