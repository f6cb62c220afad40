package io.nearside.config;

import java.util.Locale;

/** Whether replies about hashes are cached, whose fields may expire one by one. */
public enum HashCaching implements Choice {

  /** Where the upstream can tell when fields expire, or cannot expire them. */
  AUTO,
  ON,
  OFF;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
