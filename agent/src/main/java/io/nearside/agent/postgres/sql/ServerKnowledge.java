package io.nearside.agent.postgres.sql;

import java.util.Set;

/**
 * What the catalog does not say of PostgreSQL's own functions and views: which answer by the server
 * or the connection although they are not volatile, and which change something. The first have
 * their answer from the primary, as without us. Of versions 14 to 18.
 */
final class ServerKnowledge {
  private static final Set<String> FUNCTIONS =
      Set.of(
          // Transaction numbers are the server's own; asking for one takes one, which a replica
          // refuses.
          "pg_current_xact_id",
          "txid_current",
          "pg_current_xact_id_if_assigned",
          "txid_current_if_assigned",
          "pg_current_snapshot",
          "txid_current_snapshot",
          // The machine, the process, the connection.
          "inet_server_addr",
          "inet_server_port",
          "inet_client_addr",
          "inet_client_port",
          "pg_backend_pid",
          "pg_conf_load_time",
          "pg_postmaster_start_time",
          "version",
          "pg_config",
          "pg_numa_available",
          "icu_unicode_version",
          "unicode_version",
          // Files of the machine.
          "pg_available_extensions",
          "pg_available_extension_versions",
          "pg_extension_update_paths",
          "pg_tablespace_databases",
          "pg_tablespace_location",
          "pg_timezone_names",
          // Settings differ by server (in_hot_standby, the buffers); those of the session that are
          // not tracked are only on its own connection.
          "current_setting",
          "pg_show_all_settings",
          // What the connection holds. Not here: pg_my_temp_schema and pg_is_other_temp_schema (the
          // information schema's views use them), for who has a temporary table is pinned.
          "pg_cursor",
          "pg_prepared_statement",
          "pg_listening_channels",
          // Slots are each server's own.
          "pg_get_replication_slots",
          // Refused during recovery although immutable.
          "pg_walfile_name",
          "pg_walfile_name_offset",
          // Read tables that the text does not name.
          "table_to_xml",
          "table_to_xml_and_xmlschema",
          "schema_to_xml",
          "schema_to_xml_and_xmlschema",
          "database_to_xml",
          "database_to_xml_and_xmlschema");

  private static final Set<String> RELATIONS =
      Set.of(
          "pg_aios",
          "pg_available_extension_versions",
          "pg_available_extensions",
          "pg_backend_memory_contexts",
          "pg_config",
          "pg_cursors",
          "pg_file_settings",
          "pg_hba_file_rules",
          "pg_ident_file_mappings",
          "pg_locks",
          "pg_prepared_statements",
          "pg_prepared_xacts",
          "pg_replication_origin_status",
          "pg_replication_slots",
          // Asks for unlogged sequences too, which a replica does not have.
          "pg_sequences",
          "pg_settings",
          "pg_shmem_allocations",
          "pg_shmem_allocations_numa",
          "pg_timezone_names",
          "pg_timezone_abbrevs",
          // Its function is volatile for no reason.
          "pg_wait_events");

  private static final Set<String> WRITERS =
      Set.of(
          "nextval",
          "setval",
          "pg_notify",
          "txid_current",
          "pg_current_xact_id",
          "lo_creat",
          "lo_create",
          "lo_from_bytea",
          "lo_import",
          "lo_open",
          "lo_put",
          "lo_truncate",
          "lo_truncate64",
          "lo_unlink",
          "lowrite",
          "pg_logical_emit_message",
          "pg_switch_wal",
          "pg_create_restore_point");

  /**
   * Operators that keywords stand for: IN, BETWEEN, LIKE, SIMILAR TO, DISTINCT FROM, USING, CASE.
   */
  private static final Set<String> UNWRITTEN_OPERATORS =
      Set.of("=", "<>", "<", "<=", ">", ">=", "~", "~~", "!~~", "~~*", "!~~*", "!~");

  private ServerKnowledge() {}

  /** Whether a function that is not volatile answers by server or connection. */
  static boolean isServersOwn(String function) {
    return FUNCTIONS.contains(function) || function.startsWith("pg_stat_");
  }

  /** Whether a system view shows the state of the server or the connection. */
  static boolean isServersState(String relation) {
    return RELATIONS.contains(relation)
        || relation.startsWith("pg_stat_")
        || relation.startsWith("pg_statio_");
  }

  /** Whether a function's very name says that it writes, or locks for other sessions to see. */
  static boolean isWriter(String function) {
    return WRITERS.contains(function)
        || function.startsWith("pg_advisory_")
        || function.startsWith("pg_try_advisory_");
  }

  static boolean isUnwritten(String operator) {
    return UNWRITTEN_OPERATORS.contains(operator);
  }
}
