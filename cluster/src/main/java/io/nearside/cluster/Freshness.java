package io.nearside.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Until when a sidecar knows that it has heard all its peers, and what that rests on. Pure; reads
 * only what anyone may read of a {@link Peer}.
 *
 * @param peers all members that the transport lists, but for ourselves
 * @param lost sidecars that may be cut off, see {@link LostPeers}
 */
record Freshness(
    boolean joined,
    boolean epochOwed,
    Proof proof,
    List<Peer> peers,
    List<String> lost,
    long maxStalenessNanos) {

  private static final long NANOS_PER_MILLI = 1_000_000L;

  /** See {@link InvalidationBus#freshUntilNanos}. */
  long untilNanos(long nowNanos) {
    if (!joined || epochOwed) {
      return nowNanos - 1;
    }
    if (proof == Proof.TRACKERS) {
      return Long.MAX_VALUE;
    }
    if (!lost.isEmpty()) {
      return nowNanos - 1;
    }
    Peer oldest = oldest();
    if (oldest == null) {
      return Long.MAX_VALUE;
    }
    boolean counts = oldest.proven && !oldest.missesPeers();
    return counts ? oldest.provenNanos + maxStalenessNanos : nowNanos - 1;
  }

  static boolean isFresh(long untilNanos, long nowNanos) {
    return untilNanos == Long.MAX_VALUE || untilNanos - nowNanos > 0;
  }

  /** One sentence for people. */
  String describe(long nowNanos, String transportStatus) {
    if (!joined) {
      return "fenced: not joined" + (transportStatus.isEmpty() ? "" : ": " + transportStatus);
    }
    if (epochOwed) {
      return "fenced: the cache could not move its epoch";
    }
    if (proof == Proof.TRACKERS) {
      return "fresh: as far as the trackers prove it";
    }
    if (!lost.isEmpty()) {
      return "fenced: may be cut off from " + String.join(", ", lost);
    }
    Peer oldest = oldest();
    if (oldest == null) {
      return "fresh: no other sidecar is in the cluster";
    }
    if (!oldest.proven) {
      long millis = (nowNanos - oldest.knownSinceNanos) / NANOS_PER_MILLI;
      return "fenced: "
          + oldest.name()
          + (oldest.heard ? " has not echoed a beat of ours" : " has not been heard")
          + " since it appeared "
          + millis
          + " ms ago";
    }
    if (oldest.missesPeers()) {
      return "fenced: " + oldest.name() + " misses peers that may be cut off";
    }
    long age = (nowNanos - oldest.provenNanos) / NANOS_PER_MILLI;
    long limit = maxStalenessNanos / NANOS_PER_MILLI;
    boolean fresh = isFresh(untilNanos(nowNanos), nowNanos);
    return fresh
        ? "fresh: the oldest proof, of "
            + oldest.name()
            + ", is "
            + age
            + " of "
            + limit
            + " ms old"
        : "fenced: the proof of " + oldest.name() + " is " + age + " ms old (limit " + limit + ")";
  }

  /**
   * The peer that freshness hangs on: one never proven or one that misses others, else the one
   * proven longest ago.
   */
  private @Nullable Peer oldest() {
    @Nullable Peer oldest = null;
    for (Peer peer : peers) {
      if (!peer.counts()) {
        continue;
      }
      if (!peer.proven || peer.missesPeers()) {
        return peer;
      }
      if (oldest == null || peer.provenNanos - oldest.provenNanos < 0) {
        oldest = peer;
      }
    }
    return oldest;
  }
}
