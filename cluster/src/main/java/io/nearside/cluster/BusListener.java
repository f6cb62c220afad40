package io.nearside.cluster;

/** What the bus tells this sidecar. Called on the bus's threads; must not block. */
public interface BusListener {

  /** A peer's client wrote this key (canonical form): drop it and break its leases. */
  void invalidate(int database, byte[] key, String fromNode);

  /**
   * Something can have been missed, or a peer asks for it: everything cached before now must become
   * unreachable.
   */
  void moveEpoch(EpochReason reason, String fromNode);

  /** Something happened that people want to see. */
  void event(ClusterEvent event);
}
