package io.nearside.agent.metrics;

import io.vertx.core.Future;

/** Where the numbers of the PostgreSQL face come from. Safe from any thread. */
public interface PostgresFigures {

  /** Gathers the numbers of now on the face's event loop. */
  Future<PostgresSnapshot> gather();
}
