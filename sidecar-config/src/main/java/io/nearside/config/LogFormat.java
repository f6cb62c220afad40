package io.nearside.config;

import java.util.Locale;

/** How a log line looks. */
public enum LogFormat implements Choice {
  TEXT,
  JSON;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
