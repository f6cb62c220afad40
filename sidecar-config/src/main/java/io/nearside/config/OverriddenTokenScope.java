package io.nearside.config;

import java.util.Locale;

/** A scope of read-your-writes, or the general one. */
public enum OverriddenTokenScope implements Choice {
  /** The general one. */
  INHERIT,
  /** No promise. */
  OFF,
  /** Its own writes. */
  SESSION,
  /** Those of this sidecar. */
  POD,
  /** Those of all sidecars. */
  CLUSTER;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
