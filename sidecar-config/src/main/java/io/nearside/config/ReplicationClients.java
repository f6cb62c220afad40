package io.nearside.config;

import java.util.Locale;

/** What happens to clients that ask for a replication connection. */
public enum ReplicationClients implements Choice {
  /** They are refused. */
  REFUSE,
  /** They get a server connection of their own to the primary, untouched. */
  PASS;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
