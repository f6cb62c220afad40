package io.nearside.agent.admin;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;

/**
 * One thing the admin listener answers.
 *
 * @param path as in the OpenAPI document: {@code {key}} is the rest of the path, any other
 *     parameter one segment
 * @param access who may ask
 * @param hasBody whether it reads the request's body
 * @param summary one line for people
 */
record Endpoint(
    HttpMethod method,
    String path,
    Access access,
    boolean hasBody,
    String summary,
    Handler<RoutingContext> handler) {

  static Endpoint get(String path, String summary, Handler<RoutingContext> handler) {
    return new Endpoint(HttpMethod.GET, path, Access.READ, false, summary, handler);
  }

  static Endpoint post(String path, String summary, Handler<RoutingContext> handler) {
    return new Endpoint(HttpMethod.POST, path, Access.CHANGE, false, summary, handler);
  }

  static Endpoint delete(String path, String summary, Handler<RoutingContext> handler) {
    return new Endpoint(HttpMethod.DELETE, path, Access.CHANGE, false, summary, handler);
  }

  Endpoint withBody() {
    return new Endpoint(method, path, access, true, summary, handler);
  }

  Endpoint withAccess(Access who) {
    return new Endpoint(method, path, who, hasBody, summary, handler);
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
