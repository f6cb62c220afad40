package io.nearside.config;

import java.util.Locale;

/** Whom a sidecar must have heard to answer from memory. */
public enum ClusterProof implements Choice {

  /** Every other sidecar. */
  PEERS,
  /** The elected trackers, which see every write at the upstream. */
  TRACKERS;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
