package io.nearside.tests.scale;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * When each write was made, and when the last sidecar had dropped its key. A key is the number of
 * its write. Safe from any thread.
 */
final class Arrivals {
  private static final double NANOS_PER_MILLI = 1e6;

  private final int expected;
  private final long[] madeNanos;
  private final long[] lastNanos;
  private final int[] arrived;
  private int made;

  /**
   * Nothing made yet.
   *
   * @param writes how many there will be at most
   * @param expected in how many sidecars each is to arrive
   */
  Arrivals(int writes, int expected) {
    this.expected = expected;
    this.madeNanos = new long[writes];
    this.lastNanos = new long[writes];
    this.arrived = new int[writes];
  }

  /** One more write was made; its key. */
  synchronized byte[] made(long nowNanos) {
    madeNanos[made] = nowNanos;
    return ByteBuffer.allocate(Integer.BYTES).putInt(made++).array();
  }

  /** A sidecar has dropped the key; that it may be told twice counts once, as the last. */
  synchronized void arrived(byte[] key, long nowNanos) {
    int write = ByteBuffer.wrap(key).getInt();
    arrived[write]++;
    if (arrived[write] <= expected) {
      lastNanos[write] = nowNanos;
    }
  }

  /** Whether every write has arrived everywhere. */
  synchronized boolean complete() {
    for (int i = 0; i < made; i++) {
      if (arrived[i] < expected) {
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
      if (arrived[i] >= expected) {
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
