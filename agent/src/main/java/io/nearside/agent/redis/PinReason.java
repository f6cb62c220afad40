package io.nearside.agent.redis;

import java.util.Locale;

/** Why a session has an upstream connection of its own; the label of the metric. */
public enum PinReason {
  TRANSACTION,
  WATCH,
  SUBSCRIPTION,
  BLOCKING,
  MONITOR,
  CLIENT_TRACKING,
  CLIENT_REPLY,
  CLIENT_SETTING,
  CLIENT_ID,
  SCRIPT_DEBUG,
  WAIT,
  CLUSTER_MODE,
  LARGE_REQUEST,
  /** AUTH, HELLO, SELECT, RESET: until the answer is there. */
  LOGIN,
  /** A command that changes the connection was queued in a transaction. */
  STATE_IN_TRANSACTION,
  /** More users and databases than connections are shared for. */
  SCOPE_LIMIT;

  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
