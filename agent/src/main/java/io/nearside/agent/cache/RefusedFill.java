package io.nearside.agent.cache;

import java.util.Locale;

/** Why a reply was not stored; the label of the metric. */
public enum RefusedFill {
  /** The key was written, or the epoch moved, between the lease and the reply. */
  LEASE_BROKEN,
  /** A write of the key (or of another key of its stripe) is on its way. */
  WRITE_IN_FLIGHT,
  FENCED,
  TOO_LARGE,
  ERROR_REPLY,
  /** The policy stores no nil. */
  NEGATIVE,
  /** The remaining time to live could not be had. */
  NO_TTL,
  /** It has expired, or will at once. */
  EXPIRED;

  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
