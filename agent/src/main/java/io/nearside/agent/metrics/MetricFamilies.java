package io.nearside.agent.metrics;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects values under their names, and makes of them what the text format is written from. */
final class MetricFamilies {
  private final Map<MetricNames, List<CounterSnapshot.CounterDataPointSnapshot>> counters =
      new EnumMap<>(MetricNames.class);
  private final Map<MetricNames, List<GaugeSnapshot.GaugeDataPointSnapshot>> gauges =
      new EnumMap<>(MetricNames.class);
  private final Map<MetricNames, List<HistogramSnapshot.HistogramDataPointSnapshot>> histograms =
      new EnumMap<>(MetricNames.class);
  private final List<MetricSnapshot> others = new ArrayList<>();

  /**
   * @param labels values, in the order of the name's labels
   */
  MetricFamilies counter(MetricNames name, Number value, String... labels) {
    counters
        .computeIfAbsent(name, n -> new ArrayList<>())
        .add(
            CounterSnapshot.CounterDataPointSnapshot.builder()
                .value(value.doubleValue())
                .labels(labels(name, labels))
                .build());
    return this;
  }

  /** As {@link #counter}. */
  MetricFamilies gauge(MetricNames name, Number value, String... labels) {
    gauges
        .computeIfAbsent(name, n -> new ArrayList<>())
        .add(
            GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .value(value.doubleValue())
                .labels(labels(name, labels))
                .build());
    return this;
  }

  /** As {@link #counter}. */
  MetricFamilies histogram(MetricNames name, LatencyHistogram value, String... labels) {
    var point = HistogramSnapshot.HistogramDataPointSnapshot.builder();
    point
        .classicHistogramBuckets(ClassicHistogramBuckets.of(value.boundsSeconds(), value.counts()))
        .sum(value.totalSeconds());
    point.labels(labels(name, labels));
    histograms.computeIfAbsent(name, n -> new ArrayList<>()).add(point.build());
    return this;
  }

  /** As {@link #counter}. */
  MetricFamilies info(MetricNames name, String... labels) {
    others.add(
        new InfoSnapshot(
            metadata(name),
            List.of(
                InfoSnapshot.InfoDataPointSnapshot.builder()
                    .labels(labels(name, labels))
                    .build())));
    return this;
  }

  MetricSnapshots snapshots() {
    List<MetricSnapshot> all = new ArrayList<>(others);
    counters.forEach((name, points) -> all.add(new CounterSnapshot(metadata(name), points)));
    gauges.forEach((name, points) -> all.add(new GaugeSnapshot(metadata(name), points)));
    histograms.forEach((name, points) -> all.add(new HistogramSnapshot(metadata(name), points)));
    return new MetricSnapshots(all);
  }

  private static MetricMetadata metadata(MetricNames name) {
    return new MetricMetadata(name.base(), name.help());
  }

  private static Labels labels(MetricNames name, String[] values) {
    return Labels.of(name.labels(), List.of(values));
  }
}
