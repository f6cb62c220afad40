package io.nearside.config;

import java.util.Locale;

/** How the other sidecars are found. */
public enum JoinMode implements Choice {
  TCP,
  DNS,
  KUBERNETES;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
