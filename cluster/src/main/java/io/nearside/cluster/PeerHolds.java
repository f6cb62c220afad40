package io.nearside.cluster;

import io.nearside.cluster.BusMessage.HeldKeys;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The holds of all peers that this sidecar has applied. Each ends when its peer says that it is
 * settled, or some time after that peer has gone; never because something was missed. Bounded in
 * keys: what is more holds every key. Used under the bus's lock.
 */
final class PeerHolds {
  /** How many keys of all peers are held by name. */
  static final int KEYS_MAX = 65_536;

  /** The holds of one life of a peer. */
  private static final class OfPeer {
    final String node;
    final Map<Long, List<HeldKey>> byId = new LinkedHashMap<>();

    /** The highest id that found no room: every key is held until all up to it are settled. */
    long everyUpTo;

    /** When they end, once the peer has gone; null while it is there. */
    @Nullable Long endNanos;

    OfPeer(String node) {
      this.node = node;
    }
  }

  private final ListenerGuard listener;
  private final long afterLossNanos;
  private final Map<Incarnation, OfPeer> peers = new HashMap<>();
  private int keysHeld;

  PeerHolds(ListenerGuard listener, long afterLossNanos) {
    this.listener = listener;
    this.afterLossNanos = afterLossNanos;
  }

  /**
   * Applies the holds of a message.
   *
   * @return the ids of those that are in force now
   */
  List<Long> hold(Incarnation peer, String node, List<HeldKeys> lines) {
    OfPeer holds = peers.computeIfAbsent(peer, _ -> new OfPeer(node));
    List<Long> applied = new ArrayList<>();
    byId(lines)
        .forEach(
            (id, keys) -> {
              if (hold(holds, id, keys)) {
                applied.add(id);
              }
            });
    return applied;
  }

  private boolean hold(OfPeer holds, long id, List<HeldKey> keys) {
    if (keysHeld + weight(keys) <= KEYS_MAX) {
      boolean held = listener.held(holds.node, keys);
      if (held) {
        holds.byId.put(id, keys);
        keysHeld += weight(keys);
      }
      return held;
    }
    boolean held = holds.everyUpTo != 0 || listener.held(holds.node, List.of());
    if (held) {
      holds.everyUpTo = id;
    }
    return held;
  }

  /** These writes are over; keys of a hold that never came are dropped all the same. */
  void settle(Incarnation peer, String node, List<HeldKeys> lines) {
    @Nullable OfPeer holds = peers.get(peer);
    byId(lines)
        .forEach(
            (id, keys) -> {
              @Nullable List<HeldKey> held = holds == null ? null : holds.byId.remove(id);
              if (held == null) {
                drop(node, keys);
              } else {
                end(node, held);
              }
            });
  }

  private void drop(String node, List<HeldKey> keys) {
    if (keys.isEmpty()) {
      listener.moveEpoch(EpochReason.UNKNOWN_KEYS, node, "a write of every key");
    }
    for (HeldKey each : keys) {
      listener.invalidateAll(each.database(), List.of(each.key()), node);
    }
  }

  private void end(String node, List<HeldKey> keys) {
    keysHeld -= weight(keys);
    listener.settled(node, keys);
  }

  /** All of a peer's with a lower id are settled, whether we heard it or not. */
  void settleBelow(Incarnation peer, long oldest) {
    @Nullable OfPeer holds = peers.get(peer);
    if (holds == null) {
      return;
    }
    List<Long> over = holds.byId.keySet().stream().filter(id -> id < oldest).toList();
    over.forEach(id -> end(holds.node, take(holds, id)));
    if (holds.everyUpTo != 0 && holds.everyUpTo < oldest) {
      endEvery(holds);
    }
  }

  private static List<HeldKey> take(OfPeer holds, long id) {
    List<HeldKey> keys = holds.byId.remove(id);
    return keys == null ? List.of() : keys;
  }

  private void endEvery(OfPeer holds) {
    holds.everyUpTo = 0;
    listener.settled(holds.node, List.of());
  }

  /** The peer is not there any more, but its last writes may be under way. */
  void lost(Incarnation peer, long nowNanos) {
    @Nullable OfPeer holds = peers.get(peer);
    if (holds != null && holds.endNanos == null) {
      holds.endNanos = nowNanos + afterLossNanos;
    }
  }

  /** The peer is there again, in the same life. */
  void back(Incarnation peer) {
    @Nullable OfPeer holds = peers.get(peer);
    if (holds != null) {
      holds.endNanos = null;
    }
  }

  /** Ends those whose peers have been gone for long enough. */
  void tick(long nowNanos) {
    List<Incarnation> over = new ArrayList<>();
    peers.forEach(
        (peer, holds) -> {
          Long end = holds.endNanos;
          if (end != null && end - nowNanos <= 0) {
            over.add(peer);
          }
        });
    over.forEach(this::endAll);
  }

  /** Ends all of one peer's. */
  void endAll(Incarnation peer) {
    @Nullable OfPeer holds = peers.remove(peer);
    if (holds != null) {
      holds.byId.values().forEach(keys -> end(holds.node, keys));
      if (holds.everyUpTo != 0) {
        endEvery(holds);
      }
    }
  }

  private static Map<Long, List<HeldKey>> byId(List<HeldKeys> lines) {
    Map<Long, List<HeldKey>> byId = new LinkedHashMap<>();
    for (HeldKeys line : lines) {
      List<HeldKey> keys = byId.computeIfAbsent(line.id(), _ -> new ArrayList<>());
      line.keys().forEach(key -> keys.add(new HeldKey(line.database(), key)));
    }
    return byId;
  }

  private static int weight(List<HeldKey> keys) {
    return Math.max(1, keys.size());
  }
}
