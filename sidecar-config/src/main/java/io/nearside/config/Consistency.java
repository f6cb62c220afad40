package io.nearside.config;

import java.util.Locale;

/** What a policy promises about its keys. */
public enum Consistency implements Choice {

  /** Served from memory, coherent within {@code coherence.maxStalenessMillis}. */
  EVENTUAL,
  /** Served from memory, linearizable among all who read and write through sidecars. */
  STRONG,
  /** Never served from memory. */
  BYPASS;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
