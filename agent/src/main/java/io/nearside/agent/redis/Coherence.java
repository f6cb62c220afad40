package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The near-cache, the bus and the fence, as the sessions use them: what must be told to whom when
 * something is written. Safe from any thread.
 */
final class Coherence {
  private static final String LOCAL = "local";

  private final NearCache cache;
  private final InvalidationBus bus;
  private final Fence fence;
  private final ScheduledExecutorService timer;
  private final long unknownOutcomeMillis;
  private final BooleanSupplier keepsStale;
  private final Map<EpochReason, LongAdder> epochMoves = new EnumMap<>(EpochReason.class);
  private volatile @Nullable EpochMove lastEpochMove;

  /**
   * @param keepsStale whether any policy lets entries be served while the upstream is away
   */
  Coherence(
      NearCache cache,
      InvalidationBus bus,
      Fence fence,
      ScheduledExecutorService timer,
      long unknownOutcomeMillis,
      BooleanSupplier keepsStale) {
    this.cache = cache;
    this.bus = bus;
    this.fence = fence;
    this.timer = timer;
    this.unknownOutcomeMillis = unknownOutcomeMillis;
    this.keepsStale = keepsStale;
    for (EpochReason reason : EpochReason.values()) {
      epochMoves.put(reason, new LongAdder());
    }
  }

  NearCache cache() {
    return cache;
  }

  InvalidationBus bus() {
    return bus;
  }

  Fence fence() {
    return fence;
  }

  /** A write of {@code key} is about to be sent. */
  void beginWrite(Key key) {
    cache.beginWrite(key, LOCAL);
  }

  /** Drops a key here only. */
  void dropHere(Key key) {
    cache.invalidate(key, LOCAL);
  }

  /** Moves this sidecar's epoch. */
  void moveEpoch(EpochReason reason) {
    moveEpoch(reason, LOCAL);
  }

  /** The same because of what {@code from}, a sidecar, has done or failed to do. */
  void moveEpoch(EpochReason reason, String from) {
    boolean tracking =
        reason == EpochReason.TRACKING_LOST || reason == EpochReason.TRACKING_HANDOVER;
    if (tracking && keepsStale.getAsBoolean()) {
      cache.suspectAll(fence.openUntilNanos());
    } else {
      cache.moveEpoch();
    }
    countEpochMove(reason, from);
  }

  /** Moves the epoch here and at every peer. */
  void moveEpochEverywhere(EpochReason reason) {
    moveEpoch(reason);
    bus.publishEpoch(reason);
  }

  void countEpochMove(EpochReason reason) {
    countEpochMove(reason, LOCAL);
  }

  private void countEpochMove(EpochReason reason, String from) {
    Objects.requireNonNull(epochMoves.get(reason)).increment();
    lastEpochMove = new EpochMove(reason, Instant.now(), from);
  }

  /** The last time that the epoch moved; null before the first. */
  @Nullable EpochMove lastEpochMove() {
    return lastEpochMove;
  }

  Map<EpochReason, Long> epochMoves() {
    var sums = new EnumMap<EpochReason, Long>(EpochReason.class);
    epochMoves.forEach((reason, count) -> sums.put(reason, count.sum()));
    return sums;
  }

  /**
   * The reply to a read that the upstream can not answer, if its policy lets it be a stale one;
   * null without.
   *
   * @param bytes the command line from {@code from} up to {@code to}
   */
  byte @Nullable [] staleReply(
      Policy policy, Key.Probe key, Scope scope, byte[] bytes, int from, int to) {
    return policy.staleOnErrorMillis() == 0
        ? null
        : cache.lookupStale(
            key,
            scope.id(),
            bytes,
            from,
            to,
            System.nanoTime(),
            fence.openUntilNanos(),
            policy.staleOnErrorMillis() * 1_000_000);
  }

  /** Runs {@code end} when a write of unknown outcome can not be executed any more. */
  void afterUnknownOutcome(Runnable end) {
    var _ = timer.schedule(end, unknownOutcomeMillis, TimeUnit.MILLISECONDS);
  }
}
