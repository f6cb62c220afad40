package io.nearside.agent.postgres.sql;

/** The isolation levels of SQL. */
public enum Isolation {
  READ_UNCOMMITTED,
  READ_COMMITTED,
  REPEATABLE_READ,
  SERIALIZABLE
}
