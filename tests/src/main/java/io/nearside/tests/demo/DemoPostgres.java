package io.nearside.tests.demo;

import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.PostgresYaml;

/**
 * The demo's PostgreSQL: a primary and its streaming replica.
 *
 * @param primary at the start; the tour ends it
 * @param replica at the start; the tour makes it the primary
 */
record DemoPostgres(PostgresServer primary, PostgresServer replica) implements AutoCloseable {
  /** Most server connections of one sidecar to one server for one user. */
  static final int POOL_MAX = 5;

  /** Whether this machine can. */
  static boolean isAvailable() {
    return PostgresServer.isAvailable();
  }

  /** Starts both. */
  static DemoPostgres start() {
    PostgresServer primary = PostgresServer.start();
    try {
      return new DemoPostgres(primary, PostgresServer.replicaOf(primary));
    } catch (RuntimeException failed) {
      primary.close();
      throw failed;
    }
  }

  /**
   * The part of a sidecar's configuration.
   *
   * @param port of its face
   */
  String section(int port) {
    return PostgresYaml.inFrontOf(primary, replica)
        .onPort(port)
        .with("pool.mode", "transaction")
        .with("pool.min", "1")
        .with("pool.max", Integer.toString(POOL_MAX))
        .with("readYourWrites.scope", "cluster")
        // The tour does not want to wait for what a fleet in production takes its time for.
        .with("routing.watchMillis", "200")
        .with("routing.ejectMillis", "500")
        .with("routing.slowStartMillis", "0")
        .text();
  }

  @Override
  public void close() {
    replica.close();
    primary.close();
  }
}
