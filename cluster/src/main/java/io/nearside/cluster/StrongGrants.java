package io.nearside.cluster;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Until when a sidecar may answer strongly consistent keys from memory, as far as the peers that it
 * knows are concerned, and what that rests on. Pure; reads only what anyone may read of a {@link
 * Peer}.
 *
 * @param peers all members that the transport lists, but for ourselves
 * @param graceUntilNanos until when a peer that is out of sight may have writes under way; null for
 *     none
 */
record StrongGrants(
    boolean joined,
    boolean epochOwed,
    List<Peer> peers,
    @Nullable Long graceUntilNanos,
    long leaseNanos) {

  private static final long NANOS_PER_MILLI = 1_000_000L;

  /** See {@link InvalidationBus#strongUntilNanos}. */
  long untilNanos(long nowNanos) {
    if (!joined || epochOwed || inGrace(nowNanos)) {
      return nowNanos - 1;
    }
    Peer oldest = oldest();
    if (oldest == null) {
      return Long.MAX_VALUE;
    }
    return oldest.granted ? oldest.grantedNanos + leaseNanos : nowNanos - 1;
  }

  private boolean inGrace(long nowNanos) {
    return graceUntilNanos != null && graceUntilNanos - nowNanos > 0;
  }

  /** One sentence for people. */
  String describe(long nowNanos) {
    if (!joined) {
      return "fenced: not joined";
    }
    if (epochOwed) {
      return "fenced: the cache could not move its epoch";
    }
    if (graceUntilNanos != null && inGrace(nowNanos)) {
      long millis = (graceUntilNanos - nowNanos) / NANOS_PER_MILLI;
      return "fenced: a sidecar vanished, its last writes are waited for, " + millis + " ms more";
    }
    Peer oldest = oldest();
    if (oldest == null) {
      return "granted: no other sidecar is in the cluster";
    }
    if (!oldest.granted) {
      return "fenced: " + oldest.name() + " has not granted a lease";
    }
    long age = (nowNanos - oldest.grantedNanos) / NANOS_PER_MILLI;
    long limit = leaseNanos / NANOS_PER_MILLI;
    return Freshness.isFresh(untilNanos(nowNanos), nowNanos)
        ? "granted: the oldest lease, of "
            + oldest.name()
            + ", is "
            + age
            + " of "
            + limit
            + " ms old"
        : "fenced: the lease of " + oldest.name() + " is " + age + " ms old (limit " + limit + ")";
  }

  /** The peer that it hangs on: one that granted nothing, else the one whose grant is oldest. */
  private @Nullable Peer oldest() {
    @Nullable Peer oldest = null;
    for (Peer peer : peers) {
      if (peer.departed) {
        continue;
      }
      if (!peer.granted) {
        return peer;
      }
      if (oldest == null || peer.grantedNanos - oldest.grantedNanos < 0) {
        oldest = peer;
      }
    }
    return oldest;
  }

  /** The anchors of those whose grants hold now. */
  List<String> anchors(long nowNanos) {
    return peers.stream()
        .filter(peer -> !peer.departed && peer.granted)
        .filter(peer -> peer.grantedNanos + leaseNanos - nowNanos > 0)
        .map(Peer::anchorId)
        .toList();
  }
}
