package io.nearside.agent.redis;

/**
 * Judges one reply that was served from memory while the upstream had another: how long it stays,
 * and whether that is longer than promised. Ages count from the moment that the newer value was
 * seen, so they are lower bounds, and nothing is called a violation that is none. Knows no clock
 * and no cache. Not safe for threads.
 */
final class StaleWatch {
  // The newer value was seen, but perhaps not acknowledged to its writer yet.
  static final long ACKNOWLEDGED_NANOS = 100_000_000;
  // Held but fenced for so long: nobody is served it.
  private static final long FOLLOWED_STALENESSES = 20;

  /** What is to be done next. */
  enum Step {
    /** Look again later. */
    FOLLOW,
    /** Ask the upstream again: should it still differ, {@link #convicts} judges. */
    CONFIRM,
    /** It is served no more. */
    GONE
  }

  private final long seenNanos;
  private final long maxStalenessNanos;

  /**
   * @param seenNanos when the newer value was seen
   */
  StaleWatch(long seenNanos, long maxStalenessNanos) {
    this.seenNanos = seenNanos;
    this.maxStalenessNanos = maxStalenessNanos;
  }

  long ageNanos(long nowNanos) {
    return nowNanos - seenNanos;
  }

  /**
   * @param held whether that very reply is still held, and its time not over
   * @param fenceOpen whether it would be served
   */
  Step look(boolean held, boolean fenceOpen, long nowNanos) {
    if (!held || ageNanos(nowNanos) > FOLLOWED_STALENESSES * maxStalenessNanos) {
      return Step.GONE;
    }
    return fenceOpen && isOverdue(nowNanos) ? Step.CONFIRM : Step.FOLLOW;
  }

  /**
   * Whether the promise is broken.
   *
   * @param differs from what the upstream says now: it may have got its old value back
   */
  boolean convicts(boolean differs, boolean held, boolean fenceOpen, long nowNanos) {
    return differs && held && fenceOpen && isOverdue(nowNanos);
  }

  private boolean isOverdue(long nowNanos) {
    return ageNanos(nowNanos) > maxStalenessNanos + ACKNOWLEDGED_NANOS;
  }
}
