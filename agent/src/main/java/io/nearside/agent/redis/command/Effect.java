package io.nearside.agent.redis.command;

/** What a command's flags say it does to the data set. */
public enum Effect {
  /** Flag {@code readonly}. */
  READ,
  /** Flag {@code write}. */
  WRITE,
  /** Neither: connections, scripts, administration. */
  NONE,
  /** The command is not in the table. */
  UNKNOWN
}
