package io.nearside.agent.postgres.sql;

import java.util.ArrayList;
import java.util.List;

/** What PostgreSQL's catalog says of the table's schema, by hand. */
final class KnownCatalog {
  private static final String SAFE =
      """
      abs array_agg count current_database current_schema date_trunc format format_type \
      generate_series has_table_privilege json_build_object json_to_recordset jsonb_agg lag left \
      length lower max md5 numeric now obj_description overlay percentile_cont pg_backend_pid \
      pg_conf_load_time pg_current_xact_id pg_get_userbyid pg_postmaster_start_time \
      pg_table_is_visible pg_wal_lsn_diff pg_walfile_name position rank right row_number \
      row_stable row_to_json string_agg substring sum table_to_xml to_char txid_current \
      txid_visible_in_snapshot unnest upper user_stable version current_setting inet_server_addr \
      inet_server_port system""";

  private static final String VOLATILE =
      """
      bernoulli clock_timestamp currval gen_random_uuid lastval lo_get nextval pg_advisory_lock \
      pg_advisory_unlock pg_advisory_unlock_all pg_advisory_xact_lock pg_current_wal_lsn \
      pg_is_in_recovery pg_notify pg_relation_size pg_sleep pg_terminate_backend \
      pg_try_advisory_lock pg_try_advisory_lock_shared query_to_xml random set_config setseed \
      setval user_mixed user_volatile vol_add vol_op vol_sum \
      pg_create_logical_replication_slot""";

  static final FunctionCatalog CATALOG = builder().build();

  private KnownCatalog() {}

  static CatalogBuilder builder() {
    CatalogBuilder builder = new CatalogBuilder();
    for (String name : SAFE.split(" ", -1)) {
      builder.row(CatalogQuery.FUNCTIONS, List.of(name, "f", "f"));
    }
    for (String name : VOLATILE.split(" ", -1)) {
      builder.row(CatalogQuery.FUNCTIONS, List.of(name, "t", "f"));
    }
    builder.row(CatalogQuery.FUNCTIONS, List.of("row_volatile", "t", "t"));
    builder.row(CatalogQuery.OPERATORS, List.of("=#="));
    builder.row(CatalogQuery.RELATIONS, List.of("unlogged_t", "an unlogged table"));
    builder.row(CatalogQuery.RELATIONS, List.of("parted", "a parent of an unlogged table"));
    builder.row(CatalogQuery.RELATIONS, List.of("foreign_t", "a foreign table"));
    builder.row(CatalogQuery.RELATIONS, List.of("s", "a sequence"));
    for (List<String> definition : definitions()) {
      builder.row(CatalogQuery.DEFINITIONS, definition);
    }
    return builder;
  }

  private static List<List<String>> definitions() {
    List<List<String>> all = new ArrayList<>();
    all.add(List.of("v_bad2", "a view", " SELECT v_bad.n + 1 AS m FROM v_bad;"));
    all.add(List.of("v_bad", "a view", " SELECT nextval('s'::regclass) AS n;"));
    all.add(List.of("v_ok", "a view", " SELECT t.id, upper(t.b) AS b FROM t;"));
    all.add(List.of("v_unlogged", "a view", " SELECT unlogged_t.id FROM unlogged_t;"));
    all.add(List.of("v_activity", "a view", " SELECT pg_stat_activity.pid FROM pg_stat_activity;"));
    all.add(
        List.of(
            "rls_bad",
            "a table with row-level security",
            "SELECT (id = (current_setting('app.user'::text))::integer)"));
    all.add(List.of("rls_ok", "a table with row-level security", "SELECT (id > 0)"));
    all.add(List.of("dom_ok", "a domain", "SELECT CHECK ((VALUE > 0))"));
    all.add(List.of("dom_bad", "a domain", "SELECT CHECK ((user_volatile(VALUE) > 0)) NOT VALID"));
    return all;
  }
}
