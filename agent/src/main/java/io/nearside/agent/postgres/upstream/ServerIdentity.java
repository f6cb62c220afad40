package io.nearside.agent.postgres.upstream;

/**
 * What does not change while a server process runs; asked once per control connection.
 *
 * @param versionNum {@code server_version_num}, 160004 for 16.4
 * @param startedAt {@code pg_postmaster_start_time()}: with the system identifier it tells two
 *     addresses of one server from two servers
 * @param systemIdentifier of {@code pg_control_system()}; 0 where the control user may not ask
 * @param mayControl whether the {@code pg_control_*} functions may be called (they may, unless
 *     somebody revoked it)
 * @param mayMonitor whether {@code pg_stat_wal_receiver} shows its columns
 */
record ServerIdentity(
    int versionNum,
    String startedAt,
    long systemIdentifier,
    long segmentBytes,
    int pageBytes,
    boolean mayControl,
    boolean mayMonitor) {}
