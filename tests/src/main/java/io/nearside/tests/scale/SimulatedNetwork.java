package io.nearside.tests.scale;

import io.nearside.cluster.local.Faults;
import io.nearside.cluster.local.VirtualTime;
import java.util.HashMap;
import java.util.Map;

/**
 * A network that loses nothing: each frame takes the same time on its way, and waits until its
 * receiver has dealt with what came before it. Counts the frames.
 */
final class SimulatedNetwork implements Faults {
  /** There and in the transport's threads, one way, in one zone. */
  static final long LATENCY_NANOS = 300_000;

  /** What one frame costs its receiver: unsealed, read and applied, as measured in a real fleet. */
  static final long RECEIVE_NANOS = 20_000;

  private final VirtualTime time;
  private final Map<String, Long> busyUntil = new HashMap<>();
  private long frames;

  SimulatedNetwork(VirtualTime time) {
    this.time = time;
  }

  /** Frames that were received so far. */
  long frames() {
    return frames;
  }

  @Override
  public long[] copies(String from, String to) {
    frames++;
    long now = time.nanos();
    long begun = Math.max(now + LATENCY_NANOS, busyUntil.getOrDefault(to, 0L));
    busyUntil.put(to, begun + RECEIVE_NANOS);
    return new long[] {begun + RECEIVE_NANOS - now};
  }
}
