package io.nearside.tests.scale;

/**
 * A fleet and its load.
 *
 * @param writesPerSecond of the whole fleet, of keys that differ, spread evenly over the sidecars
 */
public record FleetShape(int sidecars, int writesPerSecond, Proof proof) {

  /** Whom a sidecar must have heard to believe its memory. */
  public enum Proof {
    /** Every peer: nothing is asked of the upstream. */
    PEERS,
    /** The elected trackers, which see every write at the upstream. */
    TRACKERS
  }
}
