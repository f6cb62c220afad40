package io.nearside.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.GeneratedTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Names follow Prometheus's rules, and stand in the documentation. */
final class MetricNamesTest {
  private static final String BEGIN = "<!-- metrics: generated from MetricNames -->\n";
  private static final String END = "<!-- metrics end -->";

  /** The names that the issues fixed, which lack our prefix. */
  private static final List<String> FOREIGN =
      List.of(
          "cache_hit_rate_by_tier",
          "db_replication_lag_seconds",
          "db_read_queries_total",
          "db_write_queries_total");

  @Test
  void names_all_followTheRules() {
    for (MetricNames name : MetricNames.values()) {
      String published = name.published();
      assertTrue(published.startsWith("nearside_") || FOREIGN.contains(published), published);
      assertTrue(published.matches("[a-z][a-z_]*[a-z]"), published);
      assertEquals(
          name.type() == MetricNames.Type.COUNTER, published.endsWith("_total"), published);
      assertEquals(name.type() == MetricNames.Type.INFO, published.endsWith("_info"), published);
      assertTrue(
          name.type() != MetricNames.Type.HISTOGRAM || published.endsWith("_seconds"), published);
      assertTrue(!published.contains("millis") && !published.contains("nanos"), published);
      assertTrue(name.help().endsWith("."), published);
    }
    assertEquals(
        MetricNames.values().length,
        Arrays.stream(MetricNames.values()).map(MetricNames::published).distinct().count());
  }

  @Test
  void names_all_areDocumented() throws IOException {
    GeneratedTable.assertIn("operations.md", BEGIN, END, MetricNamesTest.class, table());
  }

  private static String table() {
    return Arrays.stream(MetricNames.values())
        .map(
            name ->
                "| `"
                    + name.published()
                    + "` | "
                    + name.type().name().toLowerCase(Locale.ROOT)
                    + " | "
                    + name.labels().stream()
                        .map(label -> "`" + label + "`")
                        .collect(Collectors.joining(", "))
                    + " | "
                    + name.help()
                    + " |\n")
        .collect(
            Collectors.joining(
                "", "\n| name | type | labels | what it says |\n|---|---|---|---|\n", "\n"));
  }
}
