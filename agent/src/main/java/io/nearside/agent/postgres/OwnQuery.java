package io.nearside.agent.postgres;

import io.nearside.agent.postgres.wire.ErrorFields;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer to a simple query that the sidecar asks on a server connection, between what
 * clients ask. On the event loop.
 */
interface OwnQuery {
  /** The first column of a row as text; null for SQL's null. */
  void row(@Nullable String value);

  /** It is over, and the connection ready for the next query. */
  void done(byte transactionStatus, @Nullable ErrorFields error);

  /** The connection is gone before it was over. */
  void lost();
}
