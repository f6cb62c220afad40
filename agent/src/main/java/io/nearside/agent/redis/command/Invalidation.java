package io.nearside.agent.redis.command;

/** What a command may make stale in the near-cache. */
public enum Invalidation {
  /** No key changes. */
  NOTHING,
  /**
   * The keys that {@link Command#keys} or {@link Command#writtenKeys} report; when those return
   * false, the epoch moves.
   */
  KEYS,
  /** What it changes cannot be named: the epoch moves. */
  EPOCH,
  /** Two databases change places: the epoch moves. */
  SWAPDB,
  /** Not in the table: the epoch moves unless the upstream's reply is an error. */
  EPOCH_UNLESS_ERROR
}
