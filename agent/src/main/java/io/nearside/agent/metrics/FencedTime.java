package io.nearside.agent.metrics;

/** Adds up how long the fence was closed, from samples: a sample stands for the time before it. */
final class FencedTime {
  private long fencedNanos;
  private long sampledNanos;
  private boolean began;

  synchronized void sample(boolean open, long nowNanos) {
    if (began && !open) {
      fencedNanos += nowNanos - sampledNanos;
    }
    began = true;
    sampledNanos = nowNanos;
  }

  synchronized double seconds() {
    return fencedNanos / 1e9;
  }
}
