package io.nearside.agent.memory;

/**
 * How large the near-cache may be, by what else needs memory. Pure.
 *
 * <pre>
 *   heap       at most half of it is the near-cache's; of what a collection leaves, everything else
 *              comes first, and a quarter stays free
 *   container  above 90 % of its limit the near-cache is halved at each look, to nothing from 1 MiB
 *              on; it grows again only below 80 %
 * </pre>
 */
final class CacheAllowance {
  static final double CONTAINER_HIGH = 0.90;
  private static final double CONTAINER_CALM = 0.80;
  static final double HEAP_LIVE_MAX = 0.75;
  private static final int GROWTH_PARTS = 4;
  private static final long STEP_BYTES_MIN = 1 << 20;

  private CacheAllowance() {}

  /**
   * The size to be next, in bytes.
   *
   * @param configured what it would be with memory in plenty
   * @param current what it is now
   */
  static long bytes(MemorySample now, long configured, long current) {
    long allowed = Math.min(configured, now.heapMax() / 2);
    if (now.heapLive() >= 0) {
      long others = Math.max(0, now.heapLive() - now.cacheThen());
      allowed = Math.min(allowed, (long) (HEAP_LIVE_MAX * now.heapMax()) - others);
    }
    allowed = Math.max(0, allowed);
    double container = now.containerRatio();
    if (container > CONTAINER_HIGH) {
      return current < 2 * STEP_BYTES_MIN ? 0 : Math.min(allowed, current / 2);
    }
    if (allowed <= current) {
      return allowed;
    }
    if (container > CONTAINER_CALM) {
      return current;
    }
    long step = Math.max(STEP_BYTES_MIN, (allowed - current) / GROWTH_PARTS);
    return Math.min(allowed, current + step);
  }
}
