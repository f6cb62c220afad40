package io.nearside.agent.inject.server;

import io.nearside.agent.inject.Injection;
import io.nearside.agent.inject.InjectorSettings;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica of the injector: the one place where its parts are wired, started and drained. Safe
 * from any thread but an event loop.
 */
final class Injector implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Injector.class);
  private static final long START_SECONDS = 30;
  private static final long STOP_SECONDS = 15;
  private static final int LOOPS_MAX = 4;
  private static final Duration VERSION_PERIOD = Duration.ofMinutes(10);
  private static final int NATIVE_SINCE_MINOR = 29;

  private final InjectorOptions options;
  private final Vertx vertx;
  private final Context control;
  private final KubeApi api;
  private final InjectorMetrics metrics = new InjectorMetrics();
  private final ServingKeys keys = new ServingKeys();
  private final InjectorCertificates certificates;
  private final Reconciler reconciler;
  private final List<WebhookListener> listeners = new CopyOnWriteArrayList<>();
  private final OpsListener opsListener;
  private final InstantSource clock = InstantSource.system();
  private volatile Injection injection;
  private volatile boolean nativeSupported;
  private volatile @Nullable Instant reconciled;
  private volatile boolean draining;
  private volatile @Nullable String webhookId;
  private boolean closed;

  private Injector(InjectorOptions options) {
    this.options = options;
    int loops = Math.min(LOOPS_MAX, Runtime.getRuntime().availableProcessors());
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                // One more than answers reviews: the control plane has its own.
                .setEventLoopPoolSize(loops + 1)
                .setWorkerPoolSize(2)
                .setInternalBlockingPoolSize(2));
    this.control = vertx.getOrCreateContext();
    this.api = new KubeApi(vertx, options.access());
    this.nativeSupported = options.settings().nativeSupported();
    this.injection = new Injection(options.settings());
    this.certificates =
        options.certificates() != null
            ? new MountedCertificates(vertx, options.certificates(), keys)
            : new OwnCertificates(
                vertx,
                api,
                options.own(),
                new WebhookBundle(api, options.webhookConfiguration()),
                keys,
                clock);
    this.reconciler = new Reconciler(api, () -> injection, metrics);
    this.opsListener =
        new OpsListener(options.ops().host(), options.ops().port(), this::missing, metrics);
  }

  /**
   * Starts; returns when both listeners accept. Neither the API server nor a certificate is waited
   * for: until there is one, handshakes fail and {@code /readyz} says so.
   *
   * @throws IllegalStateException when a listener can not be opened
   */
  static Injector start(InjectorOptions options) {
    var injector = new Injector(options);
    try {
      injector.open();
    } catch (RuntimeException e) {
      injector.close();
      throw e;
    }
    return injector;
  }

  private void open() {
    gauges();
    var shared =
        new WebhookListener.Shared(
            options.listen().host(),
            options.listen().port(),
            keys,
            api,
            () -> injection,
            metrics,
            options.reviewsMax(),
            new AtomicLong(),
            () -> draining);
    int loops = Math.min(LOOPS_MAX, Runtime.getRuntime().availableProcessors());
    await(
        vertx
            .deployVerticle(opsListener)
            .compose(
                id ->
                    vertx.deployVerticle(
                        () -> {
                          var listener = new WebhookListener(shared);
                          listeners.add(listener);
                          return listener;
                        },
                        new DeploymentOptions().setInstances(loops)))
            .onSuccess(id -> webhookId = id),
        START_SECONDS,
        "listening on " + options.listen() + " and " + options.ops());
    control.runOnContext(v -> begin());
  }

  private void begin() {
    LongUnaryOperator below = bound -> ThreadLocalRandom.current().nextLong(bound);
    new Rounds(vertx, "certificates", certificates.period(), below, certificates::check).start();
    new Rounds(
            vertx,
            "reconcile",
            options.reconcile(),
            below,
            () -> reconciler.look().onSuccess(v -> reconciled = clock.instant()))
        .start();
    if (options.askVersion()) {
      new Rounds(vertx, "version", VERSION_PERIOD, below, this::learnVersion).start();
    }
  }

  private void gauges() {
    metrics.gauge(InjectorMetric.READY, () -> missing().isEmpty() ? 1 : 0);
    metrics.gauge(
        InjectorMetric.CERTIFICATE_LEFT,
        () -> {
          ServerIdentity identity = keys.identity();
          return identity == null ? Double.NaN : seconds(identity.left(clock.instant()));
        });
    metrics.gauge(
        InjectorMetric.AUTHORITY_LEFT,
        () -> {
          Instant expires = certificates.authorityExpires();
          return expires == null ? Double.NaN : seconds(Duration.between(clock.instant(), expires));
        });
    metrics.gauge(InjectorMetric.BUNDLE_PATCHED, () -> certificates.isTrusted() ? 1 : 0);
    metrics.gauge(
        InjectorMetric.RECONCILE_AGE,
        () -> {
          Instant last = reconciled;
          return last == null ? Double.NaN : seconds(Duration.between(last, clock.instant()));
        });
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }

  /** What keeps us from being ready; empty: nothing. */
  private String missing() {
    if (draining) {
      return "draining";
    }
    if (keys.identity() == null) {
      return "no certificate yet";
    }
    return certificates.isTrusted() ? "" : "the webhook configuration's caBundle is not ours yet";
  }

  /** Native sidecars are there from Kubernetes 1.29 on without a feature gate of one's own. */
  private Future<Void> learnVersion() {
    return api.get("/version")
        .map(
            answer -> {
              String minor = answer.body().getString("minor", "").replaceAll("[^0-9].*", "");
              if (answer.isFound() && !minor.isEmpty()) {
                boolean known =
                    !"1".equals(answer.body().getString("major"))
                        || Integer.parseInt(minor) >= NATIVE_SINCE_MINOR;
                if (known != nativeSupported) {
                  log.info("native sidecars: {}", known ? "known here" : "not known here");
                  nativeSupported = known;
                  InjectorSettings told = options.settings();
                  injection =
                      new Injection(
                          new InjectorSettings(
                              told.image(),
                              told.imagePullPolicy(),
                              told.defaults(),
                              told.systemNamespaces(),
                              known));
                }
              }
              return null;
            });
  }

  int webhookPort() {
    return listeners.getFirst().port();
  }

  int opsPort() {
    return opsListener.port();
  }

  /**
   * Stops in order: no longer ready, serves for the time of the drain, then answers what is under
   * way and ends. A second call does nothing.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    draining = true;
    String id = webhookId;
    if (id != null) {
      log.info("draining for {} ms", options.drain().toMillis());
      await(
          vertx.timer(options.drain().toMillis() + 1, TimeUnit.MILLISECONDS).mapEmpty(),
          STOP_SECONDS + options.drain().toSeconds(),
          "drain");
      await(vertx.undeploy(id), STOP_SECONDS, "stop");
    }
    await(vertx.close(), STOP_SECONDS, "end");
    metrics.close();
  }

  private static <T> void await(Future<T> future, long seconds, String what) {
    try {
      future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new IllegalStateException(what + ": " + cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new IllegalStateException("no " + what + " within " + seconds + " s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
