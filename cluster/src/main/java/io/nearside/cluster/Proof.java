package io.nearside.cluster;

/** Whom a sidecar must have heard to know that it has heard of every write. */
public enum Proof {
  /** Every peer: for fleets of some dozens. Asks nothing of the upstream. */
  PEERS,

  /**
   * The peers that track the upstream for all, see {@link InvalidationBus#publishTracking}: they
   * see every write, so that nobody else has to be heard, and nobody else tells of its writes. For
   * large fleets. {@link InvalidationBus#freshUntilNanos} then says nothing of other sidecars'
   * writes; {@link BusListener#tracked} does.
   */
  TRACKERS
}
