package io.nearside.config;

import java.util.Locale;

/** A pool mode, or the one of the pool section. */
public enum OverriddenPoolMode implements Choice {
  /** As in the pool section. */
  INHERIT,
  /** As long as the client is connected. */
  SESSION,
  /** For one transaction. */
  TRANSACTION,
  /** For one statement. */
  STATEMENT;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
