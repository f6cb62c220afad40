package io.nearside.cluster;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Carries invalidations between the sidecars of a fleet, and knows how fresh this sidecar's
 * knowledge of its peers is.
 *
 * <p>Delivery is not trusted. Each sidecar numbers what it publishes and beats with its last number
 * and with an echo of the newest beat it has heard from each peer, so that a receiver knows a gap
 * when it sees one, and knows, by its own clock alone, up to which moment it has heard everything.
 *
 * <p>Every method is safe from any thread and returns without blocking; {@link #publish} is called
 * from event loops.
 */
public interface InvalidationBus extends AutoCloseable {

  /**
   * Begins to join; returns at once. Callbacks may come from any thread, before this returns, one
   * at a time per peer.
   */
  void start(BusListener listener);

  /**
   * Tells every peer to drop a key. Must be called after the write was answered by the upstream and
   * before its reply is delivered to the client.
   *
   * @param key the near-cache's canonical form of the key (at most 512 bytes); not copied, not to
   *     be changed afterwards
   */
  void publish(int database, byte[] key);

  /** As {@link #publish(int, byte[])} for the keys of one command, applied together. */
  void publish(int database, List<byte[]> keys);

  /** Tells every peer to move its epoch: what was written cannot be named. */
  void publishEpoch(EpochReason reason);

  /**
   * Tells every peer how far a server's log has been written, in order with what else is published:
   * numbered and proven like an invalidation, so that its loss moves the peers' epochs. Of several
   * that wait, the furthest is told (a larger timeline, or on the same one a larger position),
   * never later than the first of them would have been.
   *
   * @param stream which log, the same in the whole fleet; at most 128 bytes of UTF-8. When more
   *     than 64 streams wait, peers move their epochs instead
   * @throws IllegalArgumentException when the name is too long
   */
  void publishPosition(String stream, long timeline, long position);

  /**
   * Tells the peers what this sidecar wants and holds of a shared resource, with the next beat and
   * every later one until something else is said. Soft: may be lost for a while, is not numbered.
   * Of more than 16 resources the one that was said least recently is left out.
   *
   * @param resource at most 128 bytes of UTF-8
   * @param wanted in units of the resource; with {@code held} 0 too: nothing is told any more
   * @throws IllegalArgumentException when the name is too long or a number is negative
   */
  void publishDemand(String resource, int wanted, int held);

  /**
   * What the peers said last with {@link #publishDemand}, but for those that have left or have not
   * been heard for {@code maxStaleness}. Empty while not joined.
   */
  List<Demand> demands(String resource);

  /**
   * Tells the peers with each beat how well this sidecar sees the writes that go around the
   * sidecars, until {@link #withdrawTracking}. What was published before this call reaches a peer
   * before, or its loss is noticed; a newer proof is told at once. Soft like a demand. Times are of
   * {@link System#nanoTime()}.
   *
   * @param scope which server and which keys; at most 128 bytes of UTF-8
   * @param active whether it tracks; else it only could, and the times mean nothing
   * @param sinceNanos from when on every write was seen
   * @param provenNanos every such write before this moment has been published
   * @throws IllegalArgumentException when the name is empty or too long
   */
  void publishTracking(String scope, boolean active, long sinceNanos, long provenNanos);

  /** This sidecar does not track, and could not. */
  void withdrawTracking(String scope);

  /**
   * The peers that track in this scope, or could; but for those that have left or have not been
   * heard for twice {@code maxStaleness}. Empty while not joined.
   */
  List<TrackingPeer> trackingPeers(String scope);

  /**
   * Tells one peer, or all, something that concerns neither the cache nor its freshness: one part
   * of a sidecar to its like. Soft: may be lost, is not numbered, is dropped while not joined or
   * when too many wait.
   *
   * @param incarnation the peer's, see {@link Member#incarnation}; empty for every peer
   * @param kind which part it is for, from 1 to 127
   * @param payload at most 48 KiB; not copied, not to be changed afterwards
   * @throws IllegalArgumentException when it is longer, or the kind is none
   */
  void note(String incarnation, int kind, byte[] payload);

  /**
   * Until when, on {@link System#nanoTime()}'s clock, everything that any peer acknowledged more
   * than {@code maxStaleness} ago is known to have been applied here. In the past: fenced. {@link
   * Long#MAX_VALUE} when there can be no peer. One volatile read. Compare by subtraction only after
   * testing for the maximum.
   */
  long freshUntilNanos();

  /** Why {@link #freshUntilNanos()} is in the past, or what it rests on; for people. */
  String freshnessDetail();

  /**
   * Asks every peer to drop these strongly consistent keys and to store nothing for them until the
   * hold is settled. It is granted when each peer has done so, or can no longer answer from memory
   * because its lease is over: at the latest a lease and its margin after it was sent. The caller
   * stores nothing for the keys itself from before this call until it has settled.
   *
   * <p>This knows of the peers that the bus knows. While not joined, a hold is granted as soon as
   * the leases are over that were granted before.
   *
   * @param keys none: every key of every database; so it is too when there are more than one
   *     message carries
   * @param granted runs at most once, on one of the bus's threads, never under its lock; must not
   *     block. Not after {@link Hold#settle}, unless it was about to
   * @return null when too many wait
   */
  @Nullable Hold hold(List<HeldKey> keys, Runnable granted);

  /**
   * Until when, on {@link System#nanoTime()}'s clock, no peer that the bus knows of can have had a
   * strongly consistent write answered that has not been applied here, provided that {@link
   * #freshUntilNanos} is open too. In the past: strong keys are not answered from memory. Read it
   * as {@link #freshUntilNanos}.
   */
  long strongUntilNanos();

  /** Why {@link #strongUntilNanos()} is in the past, or what it rests on; for people. */
  String strongDetail();

  /** The random name of this process, 32 hexadecimal digits; told to all peers. */
  String anchorId();

  /**
   * The {@link #anchorId} of each listed peer that has not left and on whose grant this sidecar may
   * rely now.
   */
  List<String> anchors();

  /** Whether this sidecar has joined its peers. */
  boolean joined();

  /** This sidecar, and the peers as it knows them. */
  Membership membership();

  /** Numbers for metrics; monotonic counters since the start. */
  BusStatistics statistics();

  /** Leaves the cluster in good order; the bus can not be used afterwards but for reading. */
  CompletionStage<Void> leave();

  /** Leaves, waits a bounded time and frees everything. */
  @Override
  void close();
}
