package io.nearside.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sidecars that vanished without a goodbye: cut off from us perhaps, and still taking writes that
 * we never hear of. Each is remembered for a while, and fences us until then or until it is back.
 * Changed under the bus's lock; {@link #names} may be read by anyone.
 */
final class LostPeers {
  private final long holdNanos;
  private final Map<String, Long> until = new LinkedHashMap<>();
  private volatile List<String> names = List.of();

  /**
   * @param holdNanos for how long; 0 for not at all
   */
  LostPeers(long holdNanos) {
    this.holdNanos = holdNanos;
  }

  void add(String name, long nowNanos) {
    // When there is no room we are fenced anyway, by those that are remembered.
    if (holdNanos > 0 && (until.size() < BusCodec.PEERS_MAX || until.containsKey(name))) {
      until.put(name, nowNanos + holdNanos);
      names = List.copyOf(until.keySet());
    }
  }

  /** It is back. */
  void remove(String name) {
    if (until.remove(name) != null) {
      names = List.copyOf(until.keySet());
    }
  }

  /** Forgets those whose time is over; whether there were any. */
  boolean expire(long nowNanos) {
    boolean any = until.values().removeIf(end -> end - nowNanos <= 0);
    if (any) {
      names = List.copyOf(until.keySet());
    }
    return any;
  }

  boolean isEmpty() {
    return names.isEmpty();
  }

  List<String> names() {
    return names;
  }
}
