package io.nearside.agent.inject.server;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;

/** What the injector counts, see {@link InjectorMetric}. Thread-safe. */
final class InjectorMetrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Timer latency;
  private final MultiGauge missed;

  InjectorMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    latency =
        Timer.builder(InjectorMetric.REVIEW_SECONDS.meter())
            .description(InjectorMetric.REVIEW_SECONDS.help())
            .serviceLevelObjectives(
                Duration.ofMillis(1),
                Duration.ofMillis(2),
                Duration.ofMillis(5),
                Duration.ofMillis(10),
                Duration.ofMillis(25),
                Duration.ofMillis(50),
                Duration.ofMillis(100),
                Duration.ofMillis(500),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10))
            .register(registry);
    missed =
        MultiGauge.builder(InjectorMetric.MISSED_PODS.meter())
            .description(InjectorMetric.MISSED_PODS.help())
            .register(registry);
    gauge(InjectorMetric.IN_FLIGHT, inFlight::get);
  }

  /** Read with every scrape, on its thread. */
  void gauge(InjectorMetric metric, DoubleSupplier value) {
    Gauge.builder(metric.meter(), value::getAsDouble)
        .description(metric.help())
        .strongReference(true)
        .register(registry);
  }

  /**
   * A review has come.
   *
   * @return how many are under way with it
   */
  int began() {
    return inFlight.incrementAndGet();
  }

  /** One that {@link #began} was answered, or is given up. */
  void ended(ReviewOutcome outcome, long nanos) {
    inFlight.decrementAndGet();
    Counter.builder(InjectorMetric.REVIEWS.meter())
        .description(InjectorMetric.REVIEWS.help())
        .tags("decision", outcome.decision(), "reason", outcome.reason())
        .register(registry)
        .increment();
    latency.record(nanos, TimeUnit.NANOSECONDS);
  }

  /**
   * What the last look found; namespaces that were there before and are not now are gone.
   *
   * @param pods by namespace
   */
  void missed(Map<String, Integer> pods) {
    missed.register(
        pods.entrySet().stream()
            .map(entry -> MultiGauge.Row.of(Tags.of("namespace", entry.getKey()), entry.getValue()))
            .collect(Collectors.toList()),
        true);
  }

  /** In the Prometheus text format. */
  String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
