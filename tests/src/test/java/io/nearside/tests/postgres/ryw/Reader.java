package io.nearside.tests.postgres.ryw;

/**
 * Who reads or writes.
 *
 * @param sidecar through which one
 * @param session unique in a run
 */
record Reader(int sidecar, long session) {}
