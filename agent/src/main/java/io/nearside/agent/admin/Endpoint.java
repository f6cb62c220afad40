package io.nearside.agent.admin;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * One thing the admin listener answers.
 *
 * @param path as in the OpenAPI document: {@code {key}} is the rest of the path, any other
 *     parameter one segment
 * @param changesState whether it needs the token where one is asked for
 * @param hasBody whether it reads the request's body
 * @param summary one line for people
 */
record Endpoint(
    HttpMethod method,
    String path,
    boolean changesState,
    boolean hasBody,
    String summary,
    Handler<RoutingContext> handler) {

  static Endpoint get(String path, String summary, Handler<RoutingContext> handler) {
    return new Endpoint(HttpMethod.GET, path, false, false, summary, handler);
  }

  static Endpoint post(String path, String summary, Handler<RoutingContext> handler) {
    return new Endpoint(HttpMethod.POST, path, true, false, summary, handler);
  }

  static Endpoint delete(String path, String summary, Handler<RoutingContext> handler) {
    return new Endpoint(HttpMethod.DELETE, path, true, false, summary, handler);
  }

  Endpoint withBody() {
    return new Endpoint(method, path, changesState, true, summary, handler);
  }

  /** The path as Vert.x Web wants it: but for the key, a parameter is one segment. */
  String route() {
    return path.replace("{key}", "*").replaceAll("\\{([a-z]+)}", ":$1");
  }

  /** Whether a normalised path is one of these. */
  boolean matches(String asked) {
    String pattern = path.replace("{key}", ".*").replaceAll("\\{[a-z]+}", "[^/]+");
    return asked.matches(pattern);
  }
}
