package io.nearside.config;

import java.util.Locale;

/** Whose writes a read must see. */
public enum TokenScope implements Choice {
  /** No promise. */
  OFF,
  /** Those of its own session. */
  SESSION,
  /** Those of all clients of this sidecar. */
  POD,
  /** Those of all clients of all sidecars. */
  CLUSTER;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
