package io.nearside.agent.metrics;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.nearside.agent.health.LoopState;
import io.nearside.agent.memory.MemoryFigures;
import io.nearside.cluster.InvalidationBus;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.micrometer.Label;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The registry behind {@code /metrics}. Made before the admin listener's Vert.x, which it is given
 * to; {@link #start} adds Nearside's own numbers, see {@link MetricNames}. After {@code start},
 * everything happens on the context that called it.
 */
public final class AgentMetrics implements AutoCloseable {
  /** The text format of {@link Scraper#scrape}. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private static final long FENCE_SAMPLE_MILLIS = 100;
  private static final long GATHER_MILLIS = 800;

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final List<String> build;

  /**
   * @param version of Nearside
   * @param nodeId of this sidecar
   */
  public AgentMetrics(String version, String nodeId) {
    this.build = List.of(version, nodeId, Runtime.version().toString());
    // Vert.x registers it anew with every request, and the registry complains.
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("vertx.http.server.active"));
    collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** For {@link io.vertx.core.VertxBuilder#withMetrics}, together with {@link #vertxOptions}. */
  public VertxMetricsFactory vertxMetrics() {
    return new MicrometerMetricsFactory(registry);
  }

  /**
   * For {@link io.vertx.core.VertxOptions#setMetricsOptions}: Vert.x measures the admin listener
   * only. The faces count for themselves, without a meter on the path of a request.
   */
  public MicrometerMetricsOptions vertxOptions() {
    Set<MetricsDomain> off = EnumSet.allOf(MetricsDomain.class);
    off.remove(MetricsDomain.HTTP_SERVER);
    var options =
        new MicrometerMetricsOptions()
            .setEnabled(true)
            .setLabels(EnumSet.of(Label.HTTP_METHOD, Label.HTTP_CODE));
    off.forEach(options::addDisabledMetricsCategory);
    return options;
  }

  /** What a started {@link AgentMetrics} reads from. */
  public record Sources(
      RedisFigures redis,
      @Nullable PostgresFigures postgres,
      InvalidationBus bus,
      MemoryFigures memory,
      Supplier<List<LoopState>> loops) {}

  /** Asked for the text; as long as it exists, so does its context. */
  public interface Scraper {
    /**
     * The metrics of now, as {@link #CONTENT_TYPE}; complete within {@value #GATHER_MILLIS} ms,
     * without the numbers of a face that hangs.
     */
    Future<String> scrape();
  }

  /** Begins to sample, on the current context; once. */
  public Scraper start(Vertx vertx, Sources sources) {
    var fenced = new FencedTime();
    var recent = new RecentMinute();
    var collector =
        new AgentCollector(sources.bus(), sources.loops(), sources.memory(), fenced, recent, build);
    registry.getPrometheusRegistry().register(collector);
    vertx.setPeriodic(
        FENCE_SAMPLE_MILLIS,
        timer -> fenced.sample(sources.redis().fenceOpen(), System.nanoTime()));
    vertx.setPeriodic(
        RecentMinute.PERIOD_MILLIS,
        timer -> gather(vertx, sources.redis()::gather).onSuccess(recent::add));
    return () -> {
      Future<RedisSnapshot> redis = gather(vertx, sources.redis()::gather);
      PostgresFigures figures = sources.postgres();
      Future<PostgresSnapshot> postgres =
          figures == null
              ? Future.failedFuture("the PostgreSQL face is off")
              : gather(vertx, figures::gather);
      return Future.join(redis, postgres)
          .transform(
              done -> {
                collector.gathered(redis.result(), postgres.result(), sources.redis().fenceOpen());
                return Future.succeededFuture(registry.scrape());
              });
    };
  }

  /** On the caller's context, whatever thread the face completes on. */
  private static <T> Future<T> gather(Vertx vertx, Supplier<Future<T>> face) {
    Promise<T> promise = Promise.promise();
    var context = vertx.getOrCreateContext();
    long timer =
        vertx.setTimer(
            GATHER_MILLIS, late -> promise.tryFail("no numbers within " + GATHER_MILLIS + " ms"));
    face.get()
        .onComplete(
            done ->
                context.runOnContext(
                    v -> {
                      vertx.cancelTimer(timer);
                      if (done.succeeded()) {
                        promise.tryComplete(done.result());
                      } else {
                        promise.tryFail(done.cause());
                      }
                    }));
    return promise.future();
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
