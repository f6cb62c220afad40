package io.nearside.cluster;

import io.nearside.cluster.BusMessage.NodeInfo;
import io.nearside.cluster.BusMessage.ResourceDemand;
import io.nearside.cluster.BusMessage.StrongInfo;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One other member of the transport, and what is known of the sidecar behind it. Written under the
 * bus's lock only; the volatile fields are read by anyone for display.
 */
final class Peer {
  final String transportId;
  final String address;
  final Instant joinedAt;

  /** Since when it is known, monotonic; what its silence is measured from until it is proven. */
  final long knownSinceNanos;

  /** Null until its first beat. */
  volatile @Nullable Incarnation incarnation;

  /** As of its newest beat. */
  volatile @Nullable NodeInfo info;

  /** As of its newest beat. */
  volatile List<ResourceDemand> demands = List.of();

  /** Up to this number everything has been applied, or an epoch moved instead. */
  volatile long received;

  /** The highest number that it says to have sent. */
  volatile long announced;

  volatile boolean heard;
  volatile long lastHeardNanos;

  /** Whether it has ever echoed a beat of ours. */
  volatile boolean proven;

  /** Everything that it acknowledged before this moment on our clock has been applied. */
  volatile long provenNanos;

  /** Whether it has ever granted a lease, in this life. */
  volatile boolean granted;

  /** Our stamp that its newest grant echoed. */
  volatile long grantedNanos;

  /** As of its newest beat; null of a sidecar that knows no strong keys. */
  volatile @Nullable StrongInfo strong;

  /** Said goodbye: it publishes nothing more, so nothing more has to be proven. */
  volatile boolean departed;

  /** Counter of the newest beat; older ones are late or replayed. */
  long beatCounter;

  /** Its newest stamp, to be echoed. */
  long stampNanos;

  /** When its newest stamp came. */
  long stampHeardNanos;

  /** Whether all its holds that are not settled are known here. */
  boolean holdsKnown;

  Peer(String transportId, String address, Instant joinedAt, long knownSinceNanos) {
    this.transportId = transportId;
    this.address = address;
    this.joinedAt = joinedAt;
    this.knownSinceNanos = knownSinceNanos;
  }

  boolean bound() {
    return incarnation != null;
  }

  /** Of one that is bound. */
  Incarnation life() {
    return Objects.requireNonNull(incarnation, "not bound");
  }

  /** Its node id, or its address as long as it has not told. */
  String name() {
    NodeInfo known = info;
    return known == null ? address : known.id();
  }

  /** Whether it knows of sidecars that may be cut off. */
  boolean missesPeers() {
    NodeInfo known = info;
    return known != null && known.missesPeers();
  }

  void heardAt(long nowNanos) {
    lastHeardNanos = nowNanos;
    heard = true;
  }

  void prove(long sinceNanos) {
    if (!proven || sinceNanos - provenNanos > 0) {
      provenNanos = sinceNanos;
      proven = true;
    }
  }

  void grant(long sinceNanos) {
    if (!granted || sinceNanos - grantedNanos > 0) {
      grantedNanos = sinceNanos;
      granted = true;
    }
  }

  /** The random name of its process, 32 digits; empty when it has told none. */
  String anchorId() {
    StrongInfo told = strong;
    return told == null ? "" : new Incarnation(told.anchorHigh(), told.anchorLow()).hex();
  }

  Member display(long nowNanos) {
    Incarnation life = incarnation;
    NodeInfo told = info;
    long millis = heard ? Math.max(0, (nowNanos - lastHeardNanos) / 1_000_000) : -1;
    return new Member(
        name(),
        address,
        life == null ? "" : life.hex(),
        told == null ? "" : told.version(),
        told == null ? "" : told.zone(),
        joinedAt,
        millis,
        received,
        Math.max(0, announced - received),
        told != null && told.fenced());
  }
}
