package io.nearside.cluster;

import io.nearside.cluster.PeerTransport.TransportMember;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sidecars that vanished without a goodbye. Each may be cut off or stopped rather than dead, and
 * take writes that we never hear of; so it fences us until it is back, is known to have ended, or
 * its time is over. Changed under the bus's lock; {@link #names} may be read by anyone.
 */
final class LostPeers {
  private record Lost(String name, String address, long untilNanos) {}

  private final long holdNanos;
  private final Map<String, Lost> byTransportId = new LinkedHashMap<>();
  private final List<TransportMember> fresh = new ArrayList<>();
  private volatile List<String> names = List.of();

  /**
   * Remembers nobody yet.
   *
   * @param holdNanos for how long each is remembered; 0 for not at all
   */
  LostPeers(long holdNanos) {
    this.holdNanos = holdNanos;
  }

  /** Whether anyone is remembered at all. */
  boolean areHeld() {
    return holdNanos > 0;
  }

  void add(Peer peer, long nowNanos) {
    // When there is no room we are fenced anyway, by those that are remembered.
    if (holdNanos > 0 && byTransportId.size() < BusCodec.PEERS_MAX) {
      Lost lost = new Lost(peer.name(), peer.address, nowNanos + holdNanos);
      byTransportId.put(peer.transportId, lost);
      fresh.add(new TransportMember(peer.transportId, peer.address));
      changed();
    }
  }

  /** A sidecar with this id introduces itself: the one that was lost is back, or has ended. */
  void back(String nodeId, String address) {
    if (byTransportId
        .values()
        .removeIf(lost -> lost.name.equals(nodeId) || lost.address.equals(address))) {
      changed();
    }
  }

  /** Its process has ended; whether it was remembered. */
  boolean ended(String transportId) {
    boolean known = byTransportId.remove(transportId) != null;
    if (known) {
      changed();
    }
    return known;
  }

  /** Forgets those whose time is over; whether there were any. */
  boolean expire(long nowNanos) {
    boolean any = byTransportId.values().removeIf(lost -> lost.untilNanos - nowNanos <= 0);
    if (any) {
      changed();
    }
    return any;
  }

  /** Those added since the last call, whose fate should be inquired. */
  List<TransportMember> takeNew() {
    List<TransportMember> taken = List.copyOf(fresh);
    fresh.clear();
    return taken;
  }

  List<String> names() {
    return names;
  }

  private void changed() {
    names = byTransportId.values().stream().map(Lost::name).distinct().toList();
  }
}
