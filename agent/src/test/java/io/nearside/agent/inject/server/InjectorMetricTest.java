package io.nearside.agent.inject.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.GeneratedTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The injector's metrics are exported and documented. */
final class InjectorMetricTest {
  private static final String BEGIN = "<!-- metrics: generated from InjectorMetric -->\n";
  private static final String END = "<!-- metrics end -->";

  @Test
  void metrics_all_areExported() {
    try (var metrics = new InjectorMetrics()) {
      for (InjectorMetric metric : InjectorMetric.values()) {
        switch (metric) {
          case READY, CERTIFICATE_LEFT, AUTHORITY_LEFT, BUNDLE_PATCHED, RECONCILE_AGE ->
              metrics.gauge(metric, () -> 7);
          case REVIEWS, REVIEW_SECONDS, IN_FLIGHT, MISSED_PODS -> {}
        }
      }
      assertEquals(1, metrics.began());
      metrics.ended(ReviewOutcome.rejected("bad_review"), TimeUnit.MILLISECONDS.toNanos(3));
      metrics.missed(Map.of("shop", 2));

      String text = metrics.scrape();
      for (InjectorMetric metric : InjectorMetric.values()) {
        assertTrue(text.contains("\n# TYPE " + metric.published() + " "), metric.published());
      }
      for (String line :
          new String[] {
            "nearside_injector_reviews_total{decision=\"rejected\",reason=\"bad_review\"} 1.0",
            "nearside_injector_review_seconds_bucket{le=\"0.005\"} 1",
            "nearside_injector_reviews_in_flight 0.0",
            "nearside_injector_ready 7.0",
            "nearside_injector_missed_pods{namespace=\"shop\"} 2.0"
          }) {
        assertTrue(text.contains("\n" + line + "\n"), line + " in " + text);
      }
    }
  }

  @Test
  void metrics_all_areDocumented() throws IOException {
    GeneratedTable.assertIn("injector.md", BEGIN, END, InjectorMetricTest.class, table());
  }

  private static String table() {
    return Arrays.stream(InjectorMetric.values())
        .map(
            metric ->
                "| `"
                    + metric.published()
                    + "` | "
                    + (metric.labels().isEmpty()
                        ? ""
                        : "`" + metric.labels().replace(", ", "`, `") + "`")
                    + " | "
                    + metric.help()
                    + " |\n")
        .collect(
            Collectors.joining("", "\n| name | labels | what it says |\n|---|---|---|\n", "\n"));
  }
}
