package io.nearside.cluster;

import io.nearside.cluster.BusMessage.Ack;
import io.nearside.cluster.BusMessage.Beat;
import io.nearside.cluster.BusMessage.Echo;
import io.nearside.cluster.BusMessage.Epoch;
import io.nearside.cluster.BusMessage.Goodbye;
import io.nearside.cluster.BusMessage.Hold;
import io.nearside.cluster.BusMessage.KeyGroup;
import io.nearside.cluster.BusMessage.Keys;
import io.nearside.cluster.BusMessage.NodeInfo;
import io.nearside.cluster.BusMessage.Note;
import io.nearside.cluster.BusMessage.Numbered;
import io.nearside.cluster.BusMessage.Positions;
import io.nearside.cluster.BusMessage.ResourceDemand;
import io.nearside.cluster.BusMessage.Settled;
import io.nearside.cluster.BusMessage.StreamPosition;
import io.nearside.cluster.BusMessage.Unknown;
import io.nearside.cluster.PeerTransport.TransportMember;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a sidecar concludes from what it hears, and the moment until which it may believe its cache.
 *
 * <pre>
 *   member listed ──► unproven ──first beat──► bound (epoch: PEER_NEW) ──echo of ours──► proven
 *                        ▲                        │ beats with newer echoes: proof moves on
 *                        └── new incarnation ─────┤ number missing: epoch (BUS_GAP), go on from there
 *                                                 │ goodbye: departed, nothing left to prove
 *                        member gone ◄────────────┘ epoch (PEER_LOST), but not after a goodbye
 * </pre>
 *
 * <p><b>Proof of freshness.</b> Our beat carries a stamp of our own clock. A peer's beat carries
 * the newest stamp it had heard from us <i>before</i> it sent everything that waited, and the
 * number of the last thing it sent. Once we have applied all numbers up to that one, we have
 * applied all that the peer acknowledged before the moment of our stamp. Only our own clock is ever
 * compared, and a beat that lay in a buffer while this process was stopped proves no more than its
 * old echo does; the time of its arrival would prove nothing.
 *
 * <p>Pure: no threads, no sockets. One thread at a time, under the bus's lock, except for what says
 * otherwise. Calls the listener before it moves the proof.
 */
class PeerProtocol {
  /** Incarnations that a member has given up are never believed again; the oldest are forgotten. */
  static final int RETIRED_MAX = 1024;

  private static final long NANOS_PER_MILLI = 1_000_000L;
  private static final long NO_ECHO = Long.MIN_VALUE;

  private final BusSettings settings;
  private final BusClock clock;
  private final Supplier<Incarnation> incarnations;
  private final ListenerGuard listener;
  private final BusCounters counters;
  private final long maxStalenessNanos;

  private final Map<String, Peer> members = new LinkedHashMap<>();
  private final Map<Incarnation, Peer> peers = new LinkedHashMap<>();
  private final Set<Incarnation> retired = new LinkedHashSet<>();

  private final LostPeers lostPeers;
  private final StrongKeys strong;

  /** The random name of this process. */
  private final Incarnation anchor;

  private volatile Incarnation self;
  private volatile TransportMember selfMember = new TransportMember("", "");
  private volatile Instant joinedAt;
  private volatile boolean joined;
  private volatile boolean fenced = true;
  private volatile boolean epochOwed;
  private volatile long freshUntil;
  private volatile List<Peer> view = List.of();
  private boolean beatWanted;

  PeerProtocol(
      BusSettings settings,
      BusClock clock,
      Supplier<Incarnation> incarnations,
      BusCounters counters) {
    this(settings, clock, incarnations, counters, StrongKeys::new);
  }

  PeerProtocol(
      BusSettings settings,
      BusClock clock,
      Supplier<Incarnation> incarnations,
      BusCounters counters,
      StrongKeys.Factory strongKeys) {
    this.settings = settings;
    this.clock = clock;
    this.incarnations = incarnations;
    this.listener = new ListenerGuard(clock);
    this.counters = counters;
    this.maxStalenessNanos = settings.maxStalenessMillis() * NANOS_PER_MILLI;
    this.lostPeers = new LostPeers(settings.lostPeerFenceMillis() * NANOS_PER_MILLI);
    this.self = incarnations.get();
    this.anchor = incarnations.get();
    this.strong = strongKeys.create(settings, anchor, listener);
    this.freshUntil = clock.nanos() - 1;
    this.joinedAt = wallNow();
  }

  /** Whom to tell; before anything happens. */
  final void listener(BusListener target) {
    listener.target(target);
  }

  // What the transport says.

  /** We are a member; a new life begins, with nothing known of anyone. */
  final void joined(TransportMember member, List<TransportMember> others, boolean merged) {
    self = incarnations.get();
    selfMember = member;
    joinedAt = wallNow();
    losePeers();
    joined = true;
    EpochReason reason = merged ? EpochReason.BUS_MERGED : EpochReason.BUS_JOINED;
    listener.moveEpoch(reason, settings.nodeId(), "joined as " + member.address());
    members(others);
  }

  /** We are no member; nobody can be heard. */
  final void lost(String reason) {
    if (!joined) {
      return;
    }
    joined = false;
    losePeers();
    settleFreshness();
    listener.moveEpoch(EpochReason.BUS_LOST, settings.nodeId(), reason);
  }

  /** All others that the transport lists now. */
  final void members(List<TransportMember> others) {
    if (!joined) {
      return;
    }
    long now = clock.nanos();
    Set<String> present = new LinkedHashSet<>();
    for (TransportMember other : others) {
      present.add(other.id());
      if (!members.containsKey(other.id())) {
        members.put(other.id(), new Peer(other.id(), other.address(), wallNow(), now));
        beatWanted = true;
      }
    }
    List<Peer> gone = new ArrayList<>();
    members.values().stream().filter(p -> !present.contains(p.transportId)).forEach(gone::add);
    for (Peer peer : gone) {
      gone(peer, now);
    }
    view = List.copyOf(members.values());
    settleFreshness();
  }

  private void gone(Peer peer, long now) {
    if (!peer.departed) {
      String why = "vanished without a goodbye";
      listener.moveEpoch(EpochReason.PEER_LOST, peer.name(), why);
      listener.event(ClusterEvent.Type.LEAVE, peer.name(), why);
      lostPeers.add(peer, now);
      strong.vanished(peer, now);
    }
    members.remove(peer.transportId);
    Incarnation life = peer.incarnation;
    if (life != null) {
      peers.remove(life);
    }
  }

  /** A former member's process is known to have ended: it takes no more writes. */
  final void ended(String transportId) {
    if (lostPeers.ended(transportId)) {
      settleFreshness();
    }
  }

  /** All of them, by our own doing: whoever does not come back may still be there. */
  private void losePeers() {
    long now = clock.nanos();
    members.values().stream()
        .filter(peer -> !peer.departed)
        .forEach(
            peer -> {
              lostPeers.add(peer, now);
              strong.vanished(peer, now);
            });
    members.clear();
    peers.clear();
    view = List.of();
  }

  // What a peer says. All of it has passed the seal.

  final void receive(Incarnation sender, long counter, BusMessage message) {
    if (!joined || sender.equals(self)) {
      return;
    }
    @Nullable Peer peer = peers.get(sender);
    if (message instanceof Beat beat) {
      peer = peer == null ? introduce(sender, beat) : peer;
      if (peer != null) {
        beat(peer, counter, beat);
      }
    } else if (peer != null) {
      switch (message) {
        case Numbered numbered -> numbered(peer, numbered);
        case Goodbye goodbye -> goodbye(peer, goodbye);
        case Note note -> note(peer, note);
        case Ack ack -> ack(sender, ack);
        case Beat _ -> throw new AssertionError("handled above");
      }
    } else {
      // Of a life that has ended here, or has not introduced itself: its first beat moves the
      // epoch.
      counters.duplicates.increment();
    }
    if (listener.owes()) {
      settleFreshness();
    }
  }

  /** Binds an unknown incarnation to the member that its (sealed) beat names; null if none. */
  private @Nullable Peer introduce(Incarnation sender, Beat beat) {
    @Nullable Peer peer = members.get(beat.info().transportId());
    if (peer == null || retired.contains(sender) || peers.size() >= BusCodec.PEERS_MAX) {
      counters.duplicates.increment();
      return null;
    }
    Incarnation before = peer.incarnation;
    if (before != null) {
      // The same member in a new life, after a split. Its proof is void at once.
      peer.proven = false;
      settleFreshness();
    }
    String node = beat.info().id();
    listener.moveEpoch(EpochReason.PEER_NEW, node, "incarnation " + sender.hex());
    if (before != null) {
      strong.vanished(peer, clock.nanos());
      peers.remove(before);
      retire(before);
    }
    peer.incarnation = sender;
    peer.info = beat.info();
    peer.beatCounter = 0;
    peer.demands = List.of();
    peer.departed = false;
    peer.granted = false;
    peer.holdsKnown = false;
    // Everything up to here was written before the epoch moved.
    peer.received = beat.lastSequence();
    peer.announced = beat.lastSequence();
    peers.put(sender, peer);
    strong.introduced(sender);
    lostPeers.back(node, peer.address);
    beatWanted = true;
    listener.event(ClusterEvent.Type.JOIN, node, peer.address);
    return peer;
  }

  private void retire(Incarnation life) {
    retired.add(life);
    if (retired.size() > RETIRED_MAX) {
      retired.remove(retired.iterator().next());
    }
  }

  private void numbered(Peer peer, Numbered message) {
    long sequence = message.sequence();
    if (sequence <= peer.received) {
      counters.duplicates.increment();
      return;
    }
    if (missed(peer, sequence - 1)) {
      gap(peer, sequence - 1);
    }
    switch (message) {
      case Keys keys -> {
        for (KeyGroup group : keys.groups()) {
          listener.invalidateAll(group.database(), group.keys(), peer.name());
          counters.keysReceived.add(group.keys().size());
        }
      }
      case Positions positions -> {
        for (StreamPosition position : positions.positions()) {
          listener.position(position, peer.name());
        }
      }
      case Hold hold -> strong.hold(peer, hold);
      case Settled settled -> strong.settled(peer, settled);
      case Unknown _ -> gap(peer, sequence);
      case Epoch epoch -> listener.moveEpoch(epoch.reason(), peer.name(), "asked for by it");
    }
    peer.heardAt(clock.nanos());
    peer.received = sequence;
    peer.announced = Math.max(peer.announced, sequence);
    counters.messagesReceived.increment();
    measureLag(message.publishedWallNanos());
  }

  private void beat(Peer peer, long counter, Beat beat) {
    if (counter <= peer.beatCounter) {
      counters.duplicates.increment();
      return;
    }
    long now = clock.nanos();
    peer.heardAt(now);
    peer.beatCounter = counter;
    peer.info = beat.info();
    peer.stampNanos = beat.stampNanos();
    peer.demands = beat.demands();
    peer.announced = Math.max(peer.announced, beat.lastSequence());
    if (missed(peer, beat.lastSequence())) {
      gap(peer, beat.lastSequence());
      peer.received = beat.lastSequence();
    }
    strong.beat(peer, beat, ownEcho(beat, now), now);
    long proof = proof(beat, now);
    if (proof != NO_ECHO) {
      peer.prove(proof);
    }
    settleFreshness();
  }

  private void goodbye(Peer peer, Goodbye goodbye) {
    if (missed(peer, goodbye.lastSequence())) {
      gap(peer, goodbye.lastSequence());
      peer.received = goodbye.lastSequence();
    }
    if (!peer.departed) {
      strong.departed(peer, clock.nanos());
      peer.departed = true;
      peer.heardAt(clock.nanos());
      listener.event(ClusterEvent.Type.LEAVE, peer.name(), "said goodbye");
      settleFreshness();
    }
  }

  private void note(Peer peer, Note note) {
    peer.heardAt(clock.nanos());
    Incarnation from = peer.incarnation;
    if (from != null && (note.to().equals(self) || note.to().equals(Incarnation.ALL))) {
      listener.note(note.kind(), note.payload(), peer.name(), from.hex());
    }
  }

  private void ack(Incarnation sender, Ack ack) {
    if (ack.of().equals(self)) {
      strong.own.acked(sender, ack.holds(), clock.nanos());
    } else {
      counters.duplicates.increment();
    }
  }

  /** Whether anything up to this number has not come. Open to tests that break the rule. */
  boolean missed(Peer peer, long upTo) {
    return upTo > peer.received;
  }

  /**
   * The moment on our clock before which everything the sender acknowledged had been sent when it
   * beat. Open to tests that break the rule.
   *
   * @param now for them
   */
  long proof(Beat beat, long now) {
    @Nullable Echo echo = ownEcho(beat, now);
    return echo == null ? NO_ECHO : echo.stampNanos();
  }

  private @Nullable Echo ownEcho(Beat beat, long now) {
    for (Echo echo : beat.echoes()) {
      // An echo of a stamp from our future is a fault of the peer, not a proof.
      if (echo.peer().equals(self) && echo.stampNanos() - now <= 0) {
        return echo;
      }
    }
    return null;
  }

  private void gap(Peer peer, long upTo) {
    counters.gaps.increment();
    strong.missed(peer);
    boolean silent = !peer.proven || clock.nanos() - peer.provenNanos >= maxStalenessNanos;
    listener.moveEpoch(
        silent ? EpochReason.PEER_SILENT : EpochReason.BUS_GAP,
        peer.name(),
        "missed " + (peer.received + 1) + " to " + upTo);
  }

  private void measureLag(long publishedWallNanos) {
    long lag = Math.max(0, clock.wallNanos() - publishedWallNanos);
    counters.lagNanosTotal.add(lag);
    counters.lagNanosMax.record(clock.nanos(), lag);
    listener.lag(lag);
  }

  // What we conclude.

  /** To be called at least once per beat: notices silence, and pays what is owed. */
  final void tick() {
    boolean owed = listener.owes();
    listener.settle(settings.nodeId());
    strong.tick(clock.nanos());
    if (lostPeers.expire(clock.nanos()) || owed || !fenced || strong.inGrace()) {
      settleFreshness();
    }
  }

  private void settleFreshness() {
    long now = clock.nanos();
    epochOwed = listener.owes();
    long until = freshness().untilNanos(now);
    freshUntil = until;
    strong.conclude(joined, epochOwed, view, now);
    boolean fencedNow = !Freshness.isFresh(until, now);
    if (fencedNow != fenced) {
      fenced = fencedNow;
      ClusterEvent.Type type = fencedNow ? ClusterEvent.Type.FENCE : ClusterEvent.Type.UNFENCE;
      listener.event(type, settings.nodeId(), freshness().describe(now, ""));
    }
  }

  /** From any thread. */
  private Freshness freshness() {
    return new Freshness(joined, epochOwed, view, lostPeers.names(), maxStalenessNanos);
  }

  private Instant wallNow() {
    return Instant.EPOCH.plusNanos(clock.wallNanos());
  }

  // What we tell our peers.

  /** Members lost since the last call, whose fate the transport should find out. */
  final List<TransportMember> takeLost() {
    return lostPeers.takeNew();
  }

  /** Whether the next beat should not wait until it is due. */
  final boolean beatWanted() {
    return beatWanted;
  }

  /** As {@link #beatWanted}, but answers true once. */
  final boolean takeBeatWanted() {
    boolean wanted = beatWanted;
    beatWanted = false;
    return wanted;
  }

  /** The newest stamp heard from each peer; to be taken before sending what precedes the beat. */
  final List<Echo> echoes() {
    List<Echo> echoes = new ArrayList<>(peers.size());
    peers.forEach((life, peer) -> echoes.add(new Echo(life, peer.stampNanos, strong.grants(life))));
    return echoes;
  }

  /** What is to be sent for strong keys; to be taken before {@link #echoes}. */
  final StrongKeys.Turn strongTurn(HoldRequests requests) {
    return strong.turn(requests, peers.values(), clock.nanos());
  }

  final StrongKeys strong() {
    return strong;
  }

  // What anyone may ask, from any thread.

  /** See {@link InvalidationBus#strongUntilNanos}. */
  final StrongGrants grants() {
    return strong.grants(joined, epochOwed, view);
  }

  final Incarnation self() {
    return self;
  }

  final Incarnation anchor() {
    return anchor;
  }

  /** By which name the transport lists a peer; null when nobody listed is bound to it. */
  final @Nullable String transportIdOf(Incarnation life) {
    for (Peer peer : view) {
      if (life.equals(peer.incarnation)) {
        return peer.transportId;
      }
    }
    return null;
  }

  final long freshUntilNanos() {
    return freshUntil;
  }

  final boolean isJoined() {
    return joined;
  }

  /**
   * @param transportStatus shown while not joined
   */
  final String freshnessDetail(String transportStatus) {
    return freshness().describe(clock.nanos(), transportStatus);
  }

  final NodeInfo info() {
    TransportMember member = selfMember;
    return new NodeInfo(
        settings.nodeId(),
        member.address(),
        member.id(),
        settings.version(),
        settings.zone(),
        !Freshness.isFresh(freshUntil, clock.nanos()),
        !lostPeers.names().isEmpty());
  }

  final Instant joinedAt() {
    return joinedAt;
  }

  /** What the peers that are heard want and hold of a resource. */
  final List<Demand> demands(String resource) {
    long now = clock.nanos();
    List<Demand> told = new ArrayList<>();
    for (Peer peer : view) {
      boolean silent = !peer.heard || now - peer.lastHeardNanos > maxStalenessNanos;
      if (!peer.departed && !silent) {
        for (ResourceDemand demand : peer.demands) {
          if (demand.resource().equals(resource)) {
            told.add(new Demand(peer.name(), demand.wanted(), demand.held()));
          }
        }
      }
    }
    return told;
  }

  final List<Member> peers() {
    long now = clock.nanos();
    return view.stream().map(peer -> peer.display(now)).toList();
  }
}
