package io.nearside.tests.postgres.equivalence;

import io.nearside.tests.stack.PostgresServer;

/**
 * Where a script's clients connect, and the server that answers behind it.
 *
 * @param port of the loopback address
 * @param server looked into and cleaned between scripts, never through {@code port}
 */
record Endpoint(String name, int port, PostgresServer server) {
  /** The server itself. */
  static Endpoint direct(PostgresServer server) {
    return new Endpoint("direct", server.port(), server);
  }
}
