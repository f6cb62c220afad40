package io.nearside.agent.postgres.upstream;

import io.vertx.sqlclient.Row;
import org.jspecify.annotations.Nullable;

/**
 * The statements of the watch, for PostgreSQL 14 to 18 (manual, "System Administration Functions"
 * and "System Information Functions").
 *
 * <p><b>Timeline.</b> A primary writes it into the names of its WAL files, of which {@code
 * pg_walfile_name} gives the first eight digits; {@code pg_control_checkpoint()} would still show
 * the old one until the first checkpoint after a promotion. A replica's is {@code received_tli} of
 * its WAL receiver: it is set when streaming begins, and streaming of a timeline that left below
 * what the replica has replayed is refused (xlogrecovery.c, rescanLatestTimeLine), so that a
 * replica which streams timeline n has replayed nothing that n does not contain. Without a receiver
 * (the primary is away, WAL comes from an archive) or without the right to see it, the control file
 * tells: {@code min_recovery_end_timeline} and the last restart point's {@code timeline_id} are
 * timelines that were really replayed, but may be old. They err on the safe side, where the replica
 * serves nothing.
 *
 * <p><b>Position.</b> The lag is counted from the primary's <em>flushed</em> WAL, since no other is
 * sent: what was inserted and is not flushed (a page pruned by a read, an asynchronous commit) can
 * stay so for seconds on a server that is idle otherwise.
 */
final class WatchQuery {
  /** What {@link ServerIdentity} needs, without its system identifier. */
  static final String IDENTITY =
      """
      SELECT pg_catalog.current_setting('server_version_num')::int4,
             pg_catalog.pg_postmaster_start_time()::text,
             pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')),
             pg_catalog.current_setting('wal_block_size')::int4,
             pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')
               AND pg_catalog.has_function_privilege('pg_catalog.pg_control_recovery()', 'EXECUTE')
               AND pg_catalog.has_function_privilege('pg_catalog.pg_control_checkpoint()', 'EXECUTE'),
             pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE')
      """;

  /** Only where {@link ServerIdentity#mayControl}. */
  static final String SYSTEM_IDENTIFIER =
      "SELECT system_identifier FROM pg_catalog.pg_control_system()";

  /** Where the primary stands now, for tokens. */
  static final String INSERT_POSITION =
      "SELECT (pg_catalog.pg_current_wal_insert_lsn() - '0/0'::pg_catalog.pg_lsn)::int8";

  // A server leaves recovery but never enters it, so whoever says no at first can not fail below.
  private static final String WATCH =
      """
      SELECT r.in_recovery,
             CASE WHEN NOT r.in_recovery
                  THEN pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_flush_lsn()) END,
             CASE WHEN r.in_recovery
                  THEN (SELECT received_tli FROM pg_catalog.pg_stat_wal_receiver LIMIT 1) END,
             CASE WHEN r.in_recovery THEN %s END,
             (CASE WHEN r.in_recovery THEN pg_catalog.pg_last_wal_replay_lsn()
                   ELSE pg_catalog.pg_current_wal_flush_lsn() END - '0/0'::pg_catalog.pg_lsn)::int8,
             (CASE WHEN NOT r.in_recovery
                   THEN pg_catalog.pg_current_wal_insert_lsn() END - '0/0'::pg_catalog.pg_lsn)::int8,
             (extract(epoch FROM pg_catalog.clock_timestamp()
                - pg_catalog.pg_last_xact_replay_timestamp()) * 1000)::int8
        FROM (SELECT pg_catalog.pg_is_in_recovery() AS in_recovery OFFSET 0) r
      """;

  private static final String WITH_CONTROL_FILE =
      String.format(
          WATCH,
          """
          (SELECT greatest(r.min_recovery_end_timeline, c.timeline_id)
                     FROM pg_catalog.pg_control_recovery() r, pg_catalog.pg_control_checkpoint() c)\
          """);

  private static final String WITHOUT_CONTROL_FILE = String.format(WATCH, "NULL::int4");

  private static final int TIMELINE_DIGITS = 8;

  private WatchQuery() {}

  static String text(ServerIdentity identity) {
    return identity.mayControl() ? WITH_CONTROL_FILE : WITHOUT_CONTROL_FILE;
  }

  static ServerIdentity identity(Row row) {
    return new ServerIdentity(
        row.getInteger(0),
        row.getString(1),
        0,
        row.getLong(2),
        row.getInteger(3),
        row.getBoolean(4),
        row.getBoolean(5));
  }

  static ServerIdentity identity(ServerIdentity known, Row system) {
    return new ServerIdentity(
        known.versionNum(),
        known.startedAt(),
        system.getLong(0),
        known.segmentBytes(),
        known.pageBytes(),
        known.mayControl(),
        known.mayMonitor());
  }

  /**
   * Reads an answer.
   *
   * @param timelineSeen the highest that this connection has seen: a replica whose receiver is
   *     between two primaries has not gone back
   */
  static WatchAnswer answer(Row row, int timelineSeen) {
    boolean inRecovery = row.getBoolean(0);
    return new WatchAnswer(
        inRecovery,
        inRecovery
            ? replicaTimeline(row.getInteger(2), row.getInteger(3), timelineSeen)
            : Integer.parseUnsignedInt(row.getString(1).substring(0, TIMELINE_DIGITS), 16),
        orUnknown(row.getLong(4)),
        orUnknown(row.getLong(5)),
        inRecovery ? orUnknown(row.getLong(6)) : -1);
  }

  static int replicaTimeline(
      @Nullable Integer received, @Nullable Integer controlFile, int timelineSeen) {
    if (received != null) {
      return received;
    }
    return Math.max(timelineSeen, controlFile == null ? -1 : controlFile);
  }

  private static long orUnknown(@Nullable Long value) {
    return value == null ? -1 : value;
  }
}
