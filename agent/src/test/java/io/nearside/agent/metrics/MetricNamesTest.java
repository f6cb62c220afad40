package io.nearside.agent.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Names follow Prometheus's rules, and stand in the documentation. */
final class MetricNamesTest {
  private static final Path DOCUMENT =
      Path.of(System.getProperty("basedir", "."), "..", "docs", "operations.md");
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
    String text = Files.readString(DOCUMENT);
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    assertTrue(begin >= 0 && end > begin, "no marks in " + DOCUMENT);
    String table = table();
    if (Boolean.getBoolean("nearside.update")) {
      text = text.substring(0, begin + BEGIN.length()) + table + text.substring(end);
      Files.writeString(DOCUMENT, text);
      end = text.indexOf(END);
    }
    assertEquals(
        table,
        text.substring(begin + BEGIN.length(), end),
        DOCUMENT
            + " is out of date: mvn -pl agent -am test -Dtest=MetricNamesTest"
            + " -Dsurefire.failIfNoSpecifiedTests=false -Dnearside.update=true");
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
