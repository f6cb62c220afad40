package io.nearside.agent.postgres;

/** Whose connections a pool holds. */
record PoolKey(String database, String user) {}
