package io.nearside.agent.net;

import java.util.Locale;

/** Why a connection ended; the label of the metric. */
public enum DisconnectReason {
  /** The peer closed it. */
  PEER,
  /** The client asked for it (QUIT). */
  QUIT,
  /** The peer broke the protocol. */
  PROTOCOL,
  /** The client does not read what it asked for, and holds up others. */
  SLOW_READER,
  /** The connection to the upstream that holds the client's state is gone. */
  UPSTREAM_LOST,
  /** The client's user may not log in upstream any more. */
  REVOKED,
  /** A configured limit was reached. */
  LIMIT,
  /** Not needed any more. */
  IDLE,
  /** The upstream's state is not what new work needs. */
  RETIRED,
  DRAIN,
  /** A defect in this program; logged once with its stack. */
  DEFECT;

  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
