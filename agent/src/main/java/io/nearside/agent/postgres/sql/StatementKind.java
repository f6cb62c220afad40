package io.nearside.agent.postgres.sql;

/** What a statement is, as far as pooling and routing care. */
public enum StatementKind {
  EMPTY,
  /** SELECT, VALUES, TABLE or WITH in which nothing that writes or locks rows is to be seen. */
  READ,
  /**
   * INSERT, UPDATE, DELETE, MERGE, TRUNCATE, and any query with such a part, INTO or FOR UPDATE.
   */
  WRITE,
  BEGIN,
  COMMIT,
  ROLLBACK,
  SAVEPOINT,
  RELEASE,
  ROLLBACK_TO,
  /** PREPARE TRANSACTION, COMMIT PREPARED, ROLLBACK PREPARED. */
  TWO_PHASE,
  SET,
  RESET,
  SHOW,
  PREPARE,
  EXECUTE,
  DEALLOCATE,
  DISCARD,
  LISTEN,
  UNLISTEN,
  NOTIFY,
  DECLARE,
  /** FETCH and MOVE. */
  FETCH,
  CLOSE,
  COPY_FROM,
  /** COPY of a table or a reading query to the client. */
  COPY_TO,
  LOCK,
  CALL,
  DO,
  /** EXPLAIN of a read, without ANALYZE. */
  EXPLAIN_READ,
  DDL,
  OTHER
}
