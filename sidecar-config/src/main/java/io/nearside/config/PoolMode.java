package io.nearside.config;

import java.util.Locale;

/** For how long a client keeps a server connection. */
public enum PoolMode implements Choice {
  /** As long as it is connected: safe for anything. */
  SESSION,
  /** For one transaction. */
  TRANSACTION,
  /** For one statement; explicit transactions are refused. */
  STATEMENT;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
