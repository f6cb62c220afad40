package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.Analysis;
import io.nearside.agent.postgres.sql.FunctionCatalog;
import io.nearside.agent.postgres.sql.StatementKind;
import java.util.Set;

/**
 * What may change a session without its text saying so: a function that sets a parameter, a
 * procedure. In session mode such a session reads from its own connection only from then on; in
 * transaction mode nothing protects it (docs/postgres-hazards.md).
 */
final class HiddenState {
  // Volatile, and of the server's own: they change nothing in the session.
  private static final Set<String> HARMLESS =
      Set.of(
          "nextval",
          "currval",
          "lastval",
          "setval",
          "random",
          "random_normal",
          "clock_timestamp",
          "timeofday",
          "statement_timestamp",
          "gen_random_uuid",
          "uuidv4",
          "uuidv7",
          "pg_sleep",
          "pg_sleep_for",
          "pg_sleep_until",
          "pg_notify",
          "pg_cancel_backend",
          "pg_terminate_backend",
          "pg_is_in_recovery",
          "pg_current_wal_lsn",
          "pg_current_wal_insert_lsn",
          "pg_last_wal_replay_lsn",
          "txid_current",
          "pg_current_xact_id",
          "pg_backend_pid");

  private HiddenState() {}

  static boolean mayChange(Analysis analysis, FunctionCatalog catalog) {
    if (analysis.has(StatementKind.DO) || analysis.has(StatementKind.CALL)) {
      return true;
    }
    for (String call : analysis.calls()) {
      if (catalog.isVolatile(call) && !HARMLESS.contains(call)) {
        return true;
      }
    }
    return false;
  }
}
