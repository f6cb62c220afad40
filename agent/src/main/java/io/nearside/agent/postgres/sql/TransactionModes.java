package io.nearside.agent.postgres.sql;

import org.jspecify.annotations.Nullable;

/**
 * What BEGIN, START TRANSACTION or SET TRANSACTION says of the transaction; null where it says
 * nothing.
 *
 * @param snapshot whether a SET TRANSACTION SNAPSHOT names another session's snapshot
 */
public record TransactionModes(
    @Nullable Boolean readOnly,
    @Nullable Isolation isolation,
    @Nullable Boolean deferrable,
    boolean snapshot) {
  static final TransactionModes NONE = new TransactionModes(null, null, null, false);
}
