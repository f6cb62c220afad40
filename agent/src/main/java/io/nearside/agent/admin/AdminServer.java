package io.nearside.agent.admin;

import io.nearside.agent.health.EventLoopWatch;
import io.nearside.agent.health.HealthProbes;
import io.nearside.agent.metrics.AgentMetrics;
import io.nearside.agent.net.ListenException;
import io.nearside.config.AdminConfig;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The admin listener: probes, metrics, membership, cache operations, configuration. It has a Vert.x
 * of its own, with one event loop, so that it answers whatever hangs in the faces' loops, and the
 * faces' loops carry no meter of Vert.x.
 */
public final class AdminServer {
  /** Largest body of a request. */
  static final int BODY_BYTES_MAX = 16 * 1024;

  /** Connections beyond it are closed. */
  static final int CONNECTIONS_MAX = 256;

  // Longer than the keep-alive of event streams.
  private static final int IDLE_SECONDS = 30;
  private static final String DOCUMENT = "openapi.yaml";

  private final Vertx vertx;
  private final AgentMetrics metrics;
  private final int port;

  private AdminServer(Vertx vertx, AgentMetrics metrics, int port) {
    this.vertx = vertx;
    this.metrics = metrics;
    this.port = port;
  }

  /**
   * Opens the listener.
   *
   * @param config asked again for what can change live ({@code admin.readiness}); host, port and
   *     token are those of the first answer
   * @return complete when it accepts; failed when it can not listen
   */
  public static Future<AdminServer> start(Supplier<AdminConfig> config, AdminSources sources) {
    Vertx vertx =
        Vertx.builder()
            .withMetrics(sources.metrics().vertxMetrics())
            .with(
                new VertxOptions()
                    .setEventLoopPoolSize(1)
                    .setWorkerPoolSize(2)
                    .setInternalBlockingPoolSize(1)
                    .setMetricsOptions(sources.metrics().vertxOptions()))
            .build();
    var verticle = new Listener(config, sources);
    // Bound to no event loop: it is to complete after the end of ours.
    Promise<AdminServer> started = Promise.promise();
    vertx
        .deployVerticle(verticle)
        .onSuccess(id -> started.complete(new AdminServer(vertx, sources.metrics(), verticle.port)))
        .onFailure(
            failure ->
                vertx
                    .close()
                    .onComplete(
                        closed -> {
                          sources.metrics().close();
                          started.fail(failure);
                        }));
    return started.future();
  }

  /** The TCP port it listens on. */
  public int port() {
    return port;
  }

  /** Stops listening, ends event streams, frees everything. */
  public Future<Void> close() {
    return vertx.close().onComplete(closed -> metrics.close());
  }

  private static final class Listener extends VerticleBase {
    private final Supplier<AdminConfig> config;
    private final AdminSources sources;
    private final EventLoopWatch loops;
    private @Nullable EventStreams streams;
    private int connections;
    private volatile int port;

    Listener(Supplier<AdminConfig> config, AdminSources sources) {
      this.config = config;
      this.sources = sources;
      this.loops = new EventLoopWatch(sources.loops(), System::nanoTime);
    }

    @Override
    public Future<?> start() {
      AdminConfig first = config.get();
      loops.start(vertx);
      var events = new EventStreams(vertx);
      streams = events;
      sources.events().accept(events::publish);
      var options =
          new HttpServerOptions()
              .setHost(first.host())
              .setPort(first.port())
              .setHttp2ClearTextEnabled(false)
              .setIdleTimeout(IDLE_SECONDS)
              .setIdleTimeoutUnit(TimeUnit.SECONDS);
      HttpServer server = vertx.createHttpServer(options);
      server.requestHandler(router(first, endpoints(events))).connectionHandler(this::accepted);
      return ListenException.at(
              SocketAddress.inetSocketAddress(first.port(), first.host()), server.listen())
          .onSuccess(listening -> port = listening.actualPort());
    }

    @Override
    public Future<?> stop() {
      loops.stop();
      if (streams != null) {
        streams.close();
      }
      return Future.succeededFuture();
    }

    private void accepted(HttpConnection connection) {
      connections++;
      connection.closeHandler(v -> connections--);
      if (connections > CONNECTIONS_MAX) {
        var _ = connection.close();
      }
    }

    private List<Endpoint> endpoints(EventStreams events) {
      var probes =
          new HealthProbes(
              vertx,
              sources.checks(),
              loops,
              () -> config.get().readiness(),
              sources.lifecycle()::draining);
      AgentMetrics.Scraper scraper =
          sources
              .metrics()
              .start(
                  vertx,
                  new AgentMetrics.Sources(
                      sources.redis(),
                      sources.postgresFigures(),
                      sources.bus(),
                      sources.memory(),
                      loops::states));
      List<Endpoint> all = new ArrayList<>();
      all.add(Endpoint.get("/", "This list.", request -> index(request, all)));
      all.add(Endpoint.get("/livez", "Is any event loop wedged?", r -> probe(r, probes.live())));
      all.add(
          Endpoint.get(
              "/readyz", "Is what admin.readiness asks for there?", r -> probe(r, probes.ready())));
      all.add(Endpoint.get("/startupz", "Do the faces listen?", r -> probe(r, probes.started())));
      all.add(
          Endpoint.get(
              "/health",
              "Every check; fails when /livez does.",
              r -> probe(r, probes.everything())));
      all.add(Endpoint.get("/ready", "As /readyz.", r -> probe(r, probes.ready())));
      all.add(Endpoint.get("/metrics", "For Prometheus.", request -> metrics(request, scraper)));
      all.addAll(
          new ClusterRoutes(
                  sources.bus(), sources.consistency(), events, sources.redis()::fenceOpen)
              .endpoints());
      all.addAll(new CacheRoutes(sources.cache()).endpoints());
      all.addAll(new WarmRoutes(sources.cache()).endpoints());
      all.addAll(new PostgresRoutes(sources.postgres()).endpoints());
      all.addAll(new ConfigRoutes(sources.config()).endpoints());
      all.addAll(new LifecycleRoutes(sources.lifecycle()).endpoints());
      String document = document();
      all.add(
          Endpoint.get(
              "/openapi.yaml",
              "This interface as an OpenAPI document.",
              request -> Answers.send(request, 200, "application/yaml; charset=utf-8", document)));
      return List.copyOf(all);
    }

    private Router router(AdminConfig first, List<Endpoint> endpoints) {
      Router router = Router.router(vertx);
      var guard = new AdminGuard(first);
      for (Endpoint endpoint : endpoints) {
        // A route for each step: one that reads a body lets nothing stand before that.
        add(router, endpoint, request -> guard.check(request, endpoint.access()));
        if (endpoint.hasBody()) {
          add(router, endpoint, BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX));
        }
        add(router, endpoint, endpoint.handler());
      }
      router.errorHandler(404, request -> Answers.error(request, 404, "no such path; / lists all"));
      router.errorHandler(405, request -> notAllowed(request, endpoints));
      return router;
    }

    private static void add(Router router, Endpoint endpoint, Handler<RoutingContext> step) {
      router
          .route(endpoint.method(), endpoint.route())
          .handler(step)
          .failureHandler(AdminServer::failed);
    }

    private static void probe(RoutingContext request, Future<HealthProbes.Answer> asked) {
      asked.onComplete(
          done -> {
            if (done.succeeded()) {
              HealthProbes.Answer answer = done.result();
              Answers.json(request, answer.ok() ? 200 : 503, answer.body());
            } else {
              Answers.failed(request, done.cause());
            }
          });
    }

    private static void metrics(RoutingContext request, AgentMetrics.Scraper scraper) {
      scraper
          .scrape()
          .onComplete(
              done -> {
                if (done.succeeded()) {
                  Answers.send(request, 200, AgentMetrics.CONTENT_TYPE, done.result());
                } else {
                  Answers.failed(request, done.cause());
                }
              });
    }

    private static void index(RoutingContext request, List<Endpoint> endpoints) {
      var list = new JsonArray();
      for (Endpoint endpoint : endpoints) {
        list.add(
            new JsonObject()
                .put("method", endpoint.method().name())
                .put("path", endpoint.path())
                .put("summary", endpoint.summary()));
      }
      Answers.json(request, 200, new JsonObject().put("name", "nearside").put("endpoints", list));
    }

    private static void notAllowed(RoutingContext request, List<Endpoint> endpoints) {
      String path = request.normalizedPath();
      String allowed =
          endpoints.stream()
              .filter(endpoint -> endpoint.matches(path))
              .map(endpoint -> endpoint.method().name())
              .distinct()
              .collect(Collectors.joining(", "));
      request.response().putHeader("Allow", allowed);
      Answers.error(request, 405, "expected " + allowed);
    }
  }

  private static void failed(RoutingContext request) {
    int status = request.statusCode();
    Throwable failure = request.failure();
    if (status == 413) {
      Answers.error(request, 413, "the body is larger than " + BODY_BYTES_MAX + " bytes");
    } else if (status >= 400 && status < 500) {
      Answers.error(request, status, failure == null ? "refused" : "" + failure.getMessage());
    } else if (failure != null) {
      Answers.failed(request, failure);
    } else {
      request.next();
    }
  }

  private static String document() {
    try (InputStream in =
        Objects.requireNonNull(AdminServer.class.getResourceAsStream(DOCUMENT), DOCUMENT)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
