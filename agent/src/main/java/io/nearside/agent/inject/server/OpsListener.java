package io.nearside.agent.inject.server;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * For the kubelet and Prometheus, in plaintext:
 *
 * <ul>
 *   <li>{@code GET /livez}: 200 while its event loop turns
 *   <li>{@code GET /readyz}: 200, or 503 with what is missing
 *   <li>{@code GET /metrics}: the Prometheus text format
 * </ul>
 */
final class OpsListener extends VerticleBase {
  private static final int IDLE_SECONDS = 60;

  private final String host;
  private final int port;
  private final Supplier<String> missing;
  private final InjectorMetrics metrics;
  private @Nullable HttpServer server;

  /**
   * @param missing what keeps us from being ready; empty: nothing
   */
  OpsListener(String host, int port, Supplier<String> missing, InjectorMetrics metrics) {
    this.host = host;
    this.port = port;
    this.missing = missing;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    HttpServer made =
        vertx
            .createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
            .requestHandler(this::answer);
    server = made;
    return made.listen(port, host);
  }

  int port() {
    HttpServer made = server;
    return made == null ? 0 : made.actualPort();
  }

  private void answer(HttpServerRequest request) {
    if (!HttpMethod.GET.equals(request.method())) {
      request.response().putHeader("Allow", "GET");
      send(request, 405, "expected GET\n");
      return;
    }
    switch (request.path()) {
      case "/livez" -> send(request, 200, "ok\n");
      case "/readyz" -> {
        String reason = missing.get();
        send(request, reason.isEmpty() ? 200 : 503, (reason.isEmpty() ? "ok" : reason) + "\n");
      }
      case "/metrics" -> {
        request.response().putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
        send(request, 200, metrics.scrape());
      }
      default -> send(request, 404, "one of /livez, /readyz, /metrics\n");
    }
  }

  private static void send(HttpServerRequest request, int status, String text) {
    var _ = request.response().setStatusCode(status).end(text);
  }
}
