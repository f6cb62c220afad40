package io.nearside.config;

import java.util.Locale;

/** How this sidecar takes part in the cluster. */
public enum ClusterTopology implements Choice {

  /** Alone: no peers are known. */
  NONE,
  /** As a full Hazelcast member inside the sidecar. */
  EMBEDDED,
  /** As a client of a Hazelcast cluster that stands beside the fleet. */
  CLIENT;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
