package io.nearside.config;

import java.util.Locale;

/** Where the statements of a user or database go. */
public enum RoutePreference implements Choice {
  /** By what they are. */
  AUTO,
  /** To the primary. */
  PRIMARY,
  /** Reads to replicas even where the catalog has doubts. */
  REPLICA;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
