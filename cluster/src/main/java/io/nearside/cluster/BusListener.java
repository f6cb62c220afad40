package io.nearside.cluster;

import java.util.List;

/**
 * What the bus tells this sidecar. Called on the bus's threads, one call at a time, under the bus's
 * lock: must not block, must not wait for another thread. It may call any method of the bus but
 * {@link InvalidationBus#close}. When a callback throws, what it was told counts as missed.
 */
public interface BusListener {

  /** A peer's client wrote this key (canonical form): drop it and break its leases. */
  void invalidate(int database, byte[] key, String fromNode);

  /**
   * As {@link #invalidate} for the keys of one command, in one call. Override it to make them
   * vanish together.
   */
  default void invalidateAll(int database, List<byte[]> keys, String fromNode) {
    for (byte[] key : keys) {
      invalidate(database, key, fromNode);
    }
  }

  /**
   * A peer knows that a server's log was written this far. Of one stream's positions those that
   * were overtaken may be left out. A missing one moves the epoch, as a missing key does.
   *
   * @param timeline of the log; a larger one voids all positions on smaller ones
   */
  default void position(String stream, long timeline, long position, String fromNode) {}

  /**
   * Something can have been missed, or a peer asks for it: everything cached before now must become
   * unreachable, and no stream's position is known any more.
   */
  void moveEpoch(EpochReason reason, String fromNode);

  /**
   * A peer's {@link InvalidationBus#note}.
   *
   * @param payload not to be changed
   * @param fromIncarnation where an answer may be sent
   */
  default void note(int kind, byte[] payload, String fromNode, String fromIncarnation) {}

  /**
   * A peer tracks the writes that go around the sidecars: all those between two moments of our own
   * clock have been applied here, or the epoch has moved since.
   *
   * @param scope see {@link InvalidationBus#publishTracking}
   * @param sinceNanos not before the peer began to track
   * @param provenNanos not after the moment up to which it has published what it saw
   */
  default void tracked(
      String scope, String fromNode, String fromIncarnation, long sinceNanos, long provenNanos) {}

  /**
   * A peer is about to write these strongly consistent keys: drop them, break their leases and
   * grant none until {@link #settled}. Holds of one key nest.
   *
   * @param keys none: every key of every database
   */
  default void held(String fromNode, List<HeldKey> keys) {}

  /**
   * That write is over, or is taken to be: drop the keys again; leases may be granted, unless
   * another hold has them. Called once for each {@link #held} that returned, with the same keys.
   */
  default void settled(String fromNode, List<HeldKey> keys) {}

  /** Something happened that people want to see. */
  void event(ClusterEvent event);

  /**
   * An invalidation message was applied this long after the oldest publication in it was made, by
   * the wall clocks of both ends; never below zero.
   */
  default void onLag(long nanos) {}
}
