package io.nearside.agent.cache.warm;

/**
 * When the next batch may go, so that no more than so many keys a second are read. Time that was
 * not used is not saved up. One thread at a time.
 */
public final class Pace {
  private static final double NANOS_PER_SECOND = 1e9;

  private double keysPerSecond;
  private long nextNanos;

  /**
   * @param keysPerSecond more than 0
   * @param nowNanos monotonic; the first batch may go now
   */
  public Pace(double keysPerSecond, long nowNanos) {
    this.keysPerSecond = keysPerSecond;
    this.nextNanos = nowNanos;
  }

  /** From the next batch on. */
  public void keysPerSecond(double now) {
    keysPerSecond = now;
  }

  /** How long to wait before the next batch; 0 when it may go. */
  public long waitNanos(long nowNanos) {
    return Math.max(0, nextNanos - nowNanos);
  }

  /** A batch of so many keys goes now. */
  public void sent(int keys, long nowNanos) {
    long start = Math.max(nextNanos, nowNanos);
    nextNanos = start + (long) (keys * NANOS_PER_SECOND / keysPerSecond);
  }

  /** The largest batch that keeps reads a second apart or less: one key where the rate is low. */
  public int batch(int max) {
    return Math.clamp((long) Math.ceil(keysPerSecond), 1, max);
  }
}
