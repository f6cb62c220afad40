package io.nearside.cluster;

import java.util.Locale;

/** Why a cache epoch moved; the label of the metric. */
public enum EpochReason {
  BUS_GAP,
  PEER_NEW,
  PEER_LOST,
  PEER_SILENT,
  BUS_JOINED,
  BUS_LOST,
  BUS_MERGED,
  BUS_OVERFLOW,
  TRACKING_LOST,
  TRACKING_FLUSH,
  UPSTREAM_FAILOVER,
  FLUSH,
  SWAPDB,
  UNKNOWN_KEYS,
  OUTCOME_UNKNOWN,
  ACL_CHANGE,
  CONFIG_RELOAD,
  STRONG_ANCHOR,
  ADMIN;

  /** The label: lower case, hyphens. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
