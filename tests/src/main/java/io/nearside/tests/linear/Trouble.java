package io.nearside.tests.linear;

/** What goes wrong for a while in a run. */
public enum Trouble {
  /** The bus loses, doubles and delays messages. */
  BUS_SPOILT,
  /** Nothing gets from one sidecar to another, and nobody notices. */
  BUS_CUT,
  /** One or two sidecars are parted from the others. */
  BUS_SPLIT,
  /** A sidecar stands still, for up to some leases. */
  PAUSE,
  /** A sidecar dies and comes back. */
  KILL,
  /** A sidecar's way to Redis is slow. */
  LINK_SLOW,
  /** A sidecar's connections to Redis are reset. */
  LINK_CUT,
  /** A sidecar's connections to Redis lead nowhere. */
  LINK_SILENT
}
