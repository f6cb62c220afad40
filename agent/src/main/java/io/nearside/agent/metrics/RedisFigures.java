package io.nearside.agent.metrics;

import io.vertx.core.Future;

/** Where the numbers of the Redis face come from. Safe from any thread. */
public interface RedisFigures {

  /** Gathers the numbers of now on the face's event loops; bounded in time by the face. */
  Future<RedisSnapshot> gather();

  /** Whether the near-cache may answer now. Cheap. */
  boolean fenceOpen();
}
