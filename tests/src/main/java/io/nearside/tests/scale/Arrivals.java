package io.nearside.tests.scale;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;

/**
 * When each write was made, and when the last of the other sidecars had dropped its key. A key is
 * the number of its write. Safe from any thread.
 */
final class Arrivals {
  private static final double NANOS_PER_MILLI = 1e6;

  private final int sidecars;
  private final long[] madeNanos;
  private final long[] lastNanos;
  private final BitSet[] arrived;
  private int made;

  /**
   * Nothing made yet.
   *
   * @param writes how many there will be at most
   */
  Arrivals(int writes, int sidecars) {
    this.sidecars = sidecars;
    this.madeNanos = new long[writes];
    this.lastNanos = new long[writes];
    this.arrived = new BitSet[writes];
  }

  /** One more write was made, through this sidecar; its key. */
  synchronized byte[] made(int sidecar, long nowNanos) {
    madeNanos[made] = nowNanos;
    arrived[made] = new BitSet(sidecars);
    arrived[made].set(sidecar);
    return ByteBuffer.allocate(Integer.BYTES).putInt(made++).array();
  }

  /** A sidecar has dropped the key; that it may be told again counts for nothing. */
  synchronized void arrived(int sidecar, byte[] key, long nowNanos) {
    int write = ByteBuffer.wrap(key).getInt();
    if (!arrived[write].get(sidecar)) {
      arrived[write].set(sidecar);
      lastNanos[write] = nowNanos;
    }
  }

  /** Whether every write has arrived everywhere. */
  synchronized boolean complete() {
    for (int i = 0; i < made; i++) {
      if (arrived[i].cardinality() < sidecars) {
        return false;
      }
    }
    return true;
  }

  /** The quantile of the time to everywhere, over the writes that have arrived there. */
  synchronized double millis(double quantile) {
    double[] millis = new double[made];
    int count = 0;
    for (int i = 0; i < made; i++) {
      if (arrived[i].cardinality() == sidecars) {
        millis[count++] = (lastNanos[i] - madeNanos[i]) / NANOS_PER_MILLI;
      }
    }
    if (count == 0) {
      return Double.NaN;
    }
    double[] sorted = Arrays.copyOf(millis, count);
    Arrays.sort(sorted);
    return sorted[(int) Math.min(count - 1, Math.floor(quantile * count))];
  }
}
