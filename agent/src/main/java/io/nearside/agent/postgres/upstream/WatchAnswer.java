package io.nearside.agent.postgres.upstream;

/**
 * One answer to the watch.
 *
 * @param timeline -1 for unknown
 * @param position primary: flushed, so what replicas can have; replica: replayed; -1 for unknown
 * @param insertPosition primary: where the next record begins; replica: -1
 * @param replayAgeMillis replica: since the commit of the last transaction that was replayed, by
 *     the two servers' clocks; -1 for none
 */
record WatchAnswer(
    boolean inRecovery, int timeline, long position, long insertPosition, long replayAgeMillis) {}
