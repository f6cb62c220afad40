package io.nearside.agent.redis;

import io.nearside.cluster.EpochReason;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Up to which moment every write that went around the sidecars has been applied here, whoever saw
 * it. A tracker's word covers the time from when it began to track to its newest proof; it is
 * strung to what was covered before only where the two overlap. Where they do not, something can
 * have been missed, and the epoch moves first.
 *
 * <pre>
 *   tracker A   ├──────────────────────┤ dies
 *   tracker B              ├───────────────────────┤     overlaps: nothing was missed
 *   tracker C                                         ├──────   does not: the epoch moves
 *   covered     ────────────────────────────────────┤ ├──────
 * </pre>
 *
 * <p>Which of several trackers speaks does not matter, nor whether there are too many or none: the
 * near-cache answers until {@code maxStaleness} after what is covered. All moments are of this
 * sidecar's clock. Pure; safe from any thread.
 */
final class TrackingCoverage {
  /**
   * After so many times {@code maxStaleness} without a proof it begins anew, so that the difference
   * of two clocks over a long time is never believed.
   */
  private static final int GAP_MAX = 10;

  private final long maxStalenessNanos;
  private final Consumer<EpochReason> moveEpoch;
  private String scope = "";

  /** Whose word it was that moved {@code covered} last; null while nothing is covered. */
  private @Nullable String carrier;

  private long coveredNanos;
  private long scopeSinceNanos;
  private volatile long freshUntilNanos;

  /**
   * @param moveEpoch called before anything rests on the new epoch; under this object's lock
   */
  TrackingCoverage(long maxStalenessNanos, Consumer<EpochReason> moveEpoch, long nowNanos) {
    this.maxStalenessNanos = maxStalenessNanos;
    this.moveEpoch = moveEpoch;
    this.scopeSinceNanos = nowNanos;
    this.freshUntilNanos = nowNanos - 1;
  }

  /** From now on only this scope counts; of another one than before nothing is covered. */
  synchronized void scope(String name, long nowNanos) {
    if (!scope.equals(name)) {
      scope = name;
      carrier = null;
      scopeSinceNanos = nowNanos;
      // Never later than it was: others count from when it was over.
      long over = nowNanos - 1;
      freshUntilNanos = freshUntilNanos - over > 0 ? over : freshUntilNanos;
    }
  }

  /**
   * All writes between the two moments that could be seen in this scope have been applied.
   *
   * @param tracker its incarnation
   */
  synchronized void tracked(
      String inScope, String tracker, long sinceNanos, long provenNanos, long nowNanos) {
    if (!scope.equals(inScope) || sinceNanos - provenNanos > 0) {
      return;
    }
    if (overlaps(sinceNanos, nowNanos)) {
      if (provenNanos - coveredNanos > 0) {
        cover(tracker, provenNanos);
      }
    } else if (carrier == null || carrier.equals(tracker)) {
      begin(EpochReason.TRACKING_LOST, tracker, provenNanos);
    } else if (nowNanos - freshUntilNanos >= 0) {
      // Not before: whoever has covered until now may still go on.
      begin(EpochReason.TRACKING_HANDOVER, tracker, provenNanos);
    }
  }

  private boolean overlaps(long sinceNanos, long nowNanos) {
    return carrier != null
        && sinceNanos - coveredNanos <= 0
        && nowNanos - coveredNanos <= GAP_MAX * maxStalenessNanos;
  }

  private void begin(EpochReason reason, String tracker, long provenNanos) {
    moveEpoch.accept(reason);
    cover(tracker, provenNanos);
  }

  private void cover(String tracker, long provenNanos) {
    carrier = tracker;
    coveredNanos = provenNanos;
    freshUntilNanos = provenNanos + maxStalenessNanos;
  }

  /** Until when everything written around the sidecars {@code maxStaleness} ago has been seen. */
  long freshUntilNanos() {
    return freshUntilNanos;
  }

  /** How old the newest proof is; how old the scope is when there is none. */
  synchronized long ageNanos(long nowNanos) {
    return nowNanos - (carrier == null ? scopeSinceNanos : coveredNanos);
  }

  /** Whether there is any proof in this scope. */
  synchronized boolean isCovered() {
    return carrier != null;
  }
}
