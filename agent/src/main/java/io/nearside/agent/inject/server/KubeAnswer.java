package io.nearside.agent.inject.server;

import io.vertx.core.json.JsonObject;

/**
 * What the API server said to one request, where that is an answer to go on with.
 *
 * @param status 2xx, 404, 409 or 422
 */
record KubeAnswer(int status, JsonObject body) {
  boolean isFound() {
    return status < 300;
  }

  boolean isMissing() {
    return status == 404;
  }

  /**
   * Somebody else was faster: the object has another version than ours. A JSON Patch whose {@code
   * test} fails is answered 422.
   */
  boolean isConflict() {
    return status == 409 || status == 422;
  }

  /** {@code metadata.resourceVersion}; empty where there is none. */
  String version() {
    return body.getJsonObject("metadata", new JsonObject()).getString("resourceVersion", "");
  }
}
