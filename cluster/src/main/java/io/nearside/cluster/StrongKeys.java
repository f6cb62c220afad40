package io.nearside.cluster;

import io.nearside.cluster.BusMessage.Beat;
import io.nearside.cluster.BusMessage.Echo;
import io.nearside.cluster.BusMessage.HeldKeys;
import io.nearside.cluster.BusMessage.Hold;
import io.nearside.cluster.BusMessage.Settled;
import io.nearside.cluster.BusMessage.StrongInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The protocol's part for strongly consistent keys: a writer holds the keys at every peer before it
 * writes, and a reader answers from memory only under leases that every peer has granted.
 *
 * <p><b>Why nobody reads an old value from memory.</b> A peer grants, in an echo of our own stamp,
 * only while we have applied all of its holds that are not settled. When it sends another one, all
 * stamps that it has ever echoed to us had reached it before; so once a lease and the drift margin
 * have passed since the newest of them came, what it granted is over, whether we have heard of the
 * hold or not. Until then it waits for our ack. It grants again only after the write is settled,
 * and says so in a beat that proves, by its number, whether we have heard that too.
 *
 * <p>Pure. Used under the bus's lock, except for what says otherwise.
 */
class StrongKeys {
  private static final long NANOS_PER_MILLI = 1_000_000L;

  /** Makes one; a test breaks a rule here. */
  interface Factory {
    StrongKeys create(BusSettings settings, Incarnation anchor, ListenerGuard listener);
  }

  /**
   * What is to be sent before the next beat.
   *
   * @param acks ids of applied holds, by whose they are
   */
  record Turn(List<HeldKeys> holds, List<HeldKeys> settled, Map<Incarnation, List<Long>> acks) {}

  private final BusSettings settings;
  private final Incarnation anchor;
  private final long leaseNanos;

  /** After the loss of a peer: what it wrote last is over, and so is what it was granted. */
  private final long graceNanos;

  final OwnHolds own = new OwnHolds();
  final PeerHolds ofPeers;
  private final Map<Incarnation, List<Long>> acks = new LinkedHashMap<>();
  private volatile @Nullable Long graceUntilNanos;
  private volatile long untilNanos;

  /**
   * Nothing is held or granted yet.
   *
   * @param anchor the random name of this process
   */
  StrongKeys(BusSettings settings, Incarnation anchor, ListenerGuard listener) {
    this.settings = settings;
    this.anchor = anchor;
    this.leaseNanos = settings.strongLeaseMillis() * NANOS_PER_MILLI;
    long afterLossNanos = settings.holdAfterLossMillis() * NANOS_PER_MILLI;
    long settleNanos = BusSettings.settleNanos(settings.strongLeaseMillis());
    this.graceNanos = Math.max(2 * settleNanos, afterLossNanos);
    this.ofPeers = new PeerHolds(listener, afterLossNanos);
  }

  // What happens to peers.

  /** It is bound to this life, which may have been gone for a while. */
  final void introduced(Incarnation life) {
    ofPeers.back(life);
  }

  /** It has said goodbye. */
  final void departed(Peer peer, long nowNanos) {
    if (!peer.holdsKnown) {
      grace(nowNanos);
    }
    Incarnation life = peer.incarnation;
    if (life != null) {
      own.departed(life, nowNanos);
      ofPeers.lost(life, nowNanos);
      acks.remove(life);
    }
  }

  /** It is not listed any more, or we are not; or it has begun a new life. */
  final void vanished(Peer peer, long nowNanos) {
    if (peer.departed) {
      return;
    }
    grace(nowNanos);
    Incarnation life = peer.incarnation;
    if (life != null) {
      own.vanished(life, leaseEndNanos(peer));
      ofPeers.lost(life, nowNanos);
      acks.remove(life);
    }
  }

  private void grace(long nowNanos) {
    graceUntilNanos = nowNanos + graceNanos;
  }

  /** Something of it was missed, perhaps a hold. Open to tests that break the rule. */
  void missed(Peer peer) {
    peer.holdsKnown = false;
  }

  // What peers say.

  final void hold(Peer peer, Hold message) {
    Incarnation life = peer.life();
    List<Long> applied = ofPeers.hold(life, peer.name(), message.holds());
    acks.computeIfAbsent(life, _ -> new ArrayList<>()).addAll(applied);
    long asked = message.holds().stream().mapToLong(HeldKeys::id).distinct().count();
    if (applied.size() < asked) {
      peer.holdsKnown = false;
    }
  }

  final void settled(Peer peer, Settled message) {
    ofPeers.settle(peer.life(), peer.name(), message.holds());
  }

  /**
   * A beat, when everything up to its number has been applied.
   *
   * @param echo of ours in it, if it is not from the future
   */
  final void beat(Peer peer, Beat beat, @Nullable Echo echo, long nowNanos) {
    StrongInfo told = beat.strong();
    peer.stampHeardNanos = nowNanos;
    peer.strong = told;
    if (told != null) {
      ofPeers.settleBelow(peer.life(), told.oldestHold());
    }
    if (echo != null && echo.granted()) {
      peer.grant(echo.stampNanos());
      peer.holdsKnown = true;
    }
  }

  // What we tell our peers.

  /** What was asked for and settled since the last turn, and what has been applied. */
  final Turn turn(HoldRequests requests, Collection<Peer> peers, long nowNanos) {
    List<HeldKeys> holds = new ArrayList<>();
    List<HeldKeys> settled = new ArrayList<>();
    List<OwnHold> asked = requests.takeAsked();
    if (!asked.isEmpty()) {
      Map<Incarnation, Long> leaseEnds = leaseEnds(peers, nowNanos);
      asked.forEach(hold -> holds.addAll(own.ask(hold, leaseEnds, nowNanos)));
    }
    requests.takeSettled().forEach(hold -> settled.addAll(own.settle(hold)));
    Map<Incarnation, List<Long>> taken = new LinkedHashMap<>(acks);
    acks.clear();
    return new Turn(holds, settled, taken);
  }

  /** Until when each peer may answer from memory under what it was granted up to now. */
  private Map<Incarnation, Long> leaseEnds(Collection<Peer> peers, long nowNanos) {
    Map<Incarnation, Long> ends = new HashMap<>();
    for (Peer peer : peers) {
      Incarnation life = peer.incarnation;
      long end = leaseEndNanos(peer);
      if (life != null && !peer.departed && end - nowNanos > 0) {
        ends.put(life, end);
      }
    }
    return ends;
  }

  /**
   * Whatever we have echoed to this peer had come by the time of its newest stamp; a peer that
   * tells no lease answers nothing from memory. Open to tests that break the rule.
   */
  long leaseEndNanos(Peer peer) {
    StrongInfo told = peer.strong;
    return told == null
        ? peer.stampHeardNanos
        : peer.stampHeardNanos + BusSettings.settleNanos(told.leaseMillis());
  }

  /** Whether a peer may answer from memory. Open to tests that break the rule. */
  boolean grants(Incarnation peer) {
    return own.appliedBy(peer);
  }

  final StrongInfo info() {
    return new StrongInfo(
        anchor.high(), anchor.low(), (int) settings.strongLeaseMillis(), own.oldest());
  }

  /** Whether acks wait to be sent. */
  final boolean hasAcks() {
    return !acks.isEmpty();
  }

  // What we conclude.

  final void tick(long nowNanos) {
    own.tick(nowNanos);
    ofPeers.tick(nowNanos);
  }

  final void conclude(boolean joined, boolean epochOwed, List<Peer> peers, long nowNanos) {
    Long grace = graceUntilNanos;
    if (grace != null && grace - nowNanos <= 0) {
      graceUntilNanos = null;
    }
    untilNanos = grants(joined, epochOwed, peers).untilNanos(nowNanos);
  }

  /** From any thread. */
  final StrongGrants grants(boolean joined, boolean epochOwed, List<Peer> peers) {
    return new StrongGrants(joined, epochOwed, peers, graceUntilNanos, leaseNanos);
  }

  /** From any thread. */
  final long untilNanos() {
    return untilNanos;
  }

  /** Whether it is closed for a while that ends by itself. */
  final boolean inGrace() {
    return graceUntilNanos != null;
  }
}
