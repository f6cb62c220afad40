package io.nearside.tests.postgres.it;

/**
 * Where a driver connects, and as whom. The user may create tables in the database's public schema,
 * which is empty.
 *
 * @param port of the loopback address
 */
record DriverTarget(int port, String database, String user, String password) {
  static final String HOST = "127.0.0.1";
}
