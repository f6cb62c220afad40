package io.nearside.agent.postgres.sql;

/** What a comment in the text asks for: {@code nearside: primary} or {@code nearside: replica}. */
public enum Hint {
  NONE,
  PRIMARY,
  REPLICA
}
