package io.nearside.config;

import java.util.Locale;

/** What readiness may ask for. */
public enum ReadinessCheck implements Choice {

  /** The listeners accept. */
  FACES,
  /** The upstream answers. */
  UPSTREAM,
  /** The cluster is joined. */
  CLUSTER;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
