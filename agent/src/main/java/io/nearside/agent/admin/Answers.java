package io.nearside.agent.admin;

import io.nearside.config.ConfigException;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ways to answer. */
final class Answers {
  private static final Logger log = LoggerFactory.getLogger(Answers.class);

  private Answers() {}

  static void json(RoutingContext request, int status, JsonObject body) {
    send(request, status, "application/json", body.encodePrettily() + "\n");
  }

  /** {@code {"error": why}}. */
  static void error(RoutingContext request, int status, String why) {
    json(request, status, new JsonObject().put("error", why));
  }

  static void send(RoutingContext request, int status, String contentType, String body) {
    if (request.response().ended() || request.response().closed()) {
      return;
    }
    var _ =
        request
            .response()
            .setStatusCode(status)
            .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
            .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
            .putHeader("X-Content-Type-Options", "nosniff")
            .end(body);
  }

  /** Answers 200 with what comes of {@code result}, or says why nothing did. */
  static <T> void when(RoutingContext request, Future<T> result, Function<T, JsonObject> body) {
    result
        .map(body)
        .onComplete(
            done ->
                request
                    .vertx()
                    .runOnContext(
                        v -> {
                          if (done.succeeded()) {
                            json(request, 200, done.result());
                          } else {
                            failed(request, done.cause());
                          }
                        }));
  }

  /** What went wrong, without what it went wrong in. */
  static void failed(RoutingContext request, Throwable cause) {
    switch (cause) {
      case ConfigException wrong -> {
        var problems = new JsonArray();
        wrong.problems().forEach(problem -> problems.add(problem.toString()));
        json(
            request,
            422,
            new JsonObject()
                .put("error", "the configuration is wrong; nothing has changed")
                .put("problems", problems));
      }
      case BadRequestException bad -> error(request, 400, String.valueOf(bad.getMessage()));
      default -> {
        log.warn("admin request failed path={}", request.currentRoute().getPath(), cause);
        error(request, 500, "failed: " + cause.getMessage());
      }
    }
  }
}
