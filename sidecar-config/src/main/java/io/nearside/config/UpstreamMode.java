package io.nearside.config;

import java.util.Locale;

/** How the upstream is laid out. */
public enum UpstreamMode implements Choice {
  STANDALONE,
  SENTINEL;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
