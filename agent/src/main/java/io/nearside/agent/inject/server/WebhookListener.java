package io.nearside.agent.inject.server;

import io.nearside.agent.inject.Injection;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.KeyCertOptions;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The webhook over TLS, HTTP/1.1 and HTTP/2: {@code POST /inject}. One instance per event loop, all
 * on one port. When it stops, it accepts no more and answers what is under way.
 */
final class WebhookListener extends VerticleBase {
  /** Connections beyond it are closed; an API server opens a handful. */
  private static final int CONNECTIONS_MAX = 500;

  // API servers drop idle connections after 90 s: we do not before them.
  private static final int IDLE_SECONDS = 120;
  private static final long STOP_SECONDS = 10;

  private final Shared shared;
  private final ApiNamespaceLabels labels;
  private int connections;
  private @Nullable HttpServer server;

  /**
   * What all instances work with.
   *
   * @param port 0: any, the same for all instances
   * @param api asked for namespaces' labels
   * @param injection asked for every review, as it may change
   * @param reviewsMax at the same time, of all instances
   * @param bodies what the bodies under way take in memory, about, of all instances
   * @param draining whether connections are to be given up, as another replica will answer
   */
  record Shared(
      String host,
      int port,
      ServingKeys keys,
      KubeApi api,
      Supplier<Injection> injection,
      InjectorMetrics metrics,
      int reviewsMax,
      AtomicLong bodies,
      BooleanSupplier draining) {}

  WebhookListener(Shared shared) {
    this.shared = shared;
    this.labels = new ApiNamespaceLabels(shared.api(), System::nanoTime);
  }

  @Override
  public Future<?> start() {
    var options =
        new HttpServerOptions()
            .setSsl(true)
            .setUseAlpn(true)
            .setEnabledSecureTransportProtocols(Set.of("TLSv1.2", "TLSv1.3"))
            .setKeyCertOptions(KeyCertOptions.wrap(shared.keys()))
            .setInitialSettings(new Http2Settings().setMaxConcurrentStreams(shared.reviewsMax()))
            .setIdleTimeout(IDLE_SECONDS)
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    HttpServer made =
        vertx
            .createHttpServer(options)
            .connectionHandler(this::connected)
            .requestHandler(this::route);
    server = made;
    return made.listen(shared.port(), shared.host());
  }

  @Override
  public Future<?> stop() {
    HttpServer made = server;
    return made == null ? Future.succeededFuture() : made.shutdown(STOP_SECONDS, TimeUnit.SECONDS);
  }

  int port() {
    HttpServer made = server;
    return made == null ? 0 : made.actualPort();
  }

  private void connected(HttpConnection connection) {
    connections++;
    connection.closeHandler(v -> connections--);
    if (connections > CONNECTIONS_MAX) {
      var _ = connection.close();
    }
  }

  private void route(HttpServerRequest request) {
    new ReviewExchange(vertx, request, shared, labels).begin();
  }
}
