package io.nearside.tests.manifests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.nearside.tests.stack.RepositoryRoot;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the rules for Prometheus say, by {@code promtool}, and of which metrics. */
final class RecordingRulesTest {
  private static final String MONITORING = "base/monitoring/rules.yaml";
  private static final String TWO_THRESHOLDS = "examples/autoscaling/two-thresholds/rules.yaml";
  private static final Pattern OWN_METRIC = Pattern.compile("\\b(nearside|db|cache)_[a-z0-9_]+\\b");
  private static final Pattern RECORDED = Pattern.compile("\\b[a-z]+(?::[a-z0-9_]+)+\\b");
  private static final Pattern HISTOGRAM_PART = Pattern.compile("_(bucket|count|sum)$");

  private static Manifest rules(String file) throws IOException {
    return Manifest.parse(Files.readString(Kustomization.ROOT.resolve(file))).getFirst();
  }

  /** As promtool wants them; the cases of its tests beside them. */
  private static String test(Manifest rules, String cases, Path folder) throws IOException {
    assumeTrue(Program.PROMTOOL.isThere(), "no promtool (Debian: prometheus)");
    Files.writeString(folder.resolve("rules.yaml"), rules.at("/spec").toString());
    Path file = folder.resolve("cases.yaml");
    try (InputStream resource =
        RecordingRulesTest.class.getResourceAsStream("/manifests/" + cases)) {
      Files.write(file, Objects.requireNonNull(resource, cases).readAllBytes());
    }
    return Program.PROMTOOL.run("test", "rules", file.toString());
  }

  @Test
  void monitoring_cases_areAsExpected(@TempDir Path folder) throws IOException {
    assertTrue(test(rules(MONITORING), "monitoring.promtest.yaml", folder).contains("SUCCESS"));
  }

  @Test
  void twoThresholds_cases_areAsExpected(@TempDir Path folder) throws IOException {
    assertTrue(
        test(rules(TWO_THRESHOLDS), "two-thresholds.promtest.yaml", folder).contains("SUCCESS"));
  }

  /** That the cases would notice. */
  @ParameterizedTest
  @CsvSource({
    MONITORING + ",monitoring.promtest.yaml,list|,",
    MONITORING + ",monitoring.promtest.yaml,(hit|command),command",
    MONITORING + ",monitoring.promtest.yaml,== 1,== 0",
    TWO_THRESHOLDS + ",two-thresholds.promtest.yaml,> bool 0.3),> bool 0.5)",
    TWO_THRESHOLDS + ",two-thresholds.promtest.yaml,< bool 0.5),< bool 0.9)",
    TWO_THRESHOLDS + ",two-thresholds.promtest.yaml,[5m],[3m]",
    TWO_THRESHOLDS + ",two-thresholds.promtest.yaml,:below[10m],:below[5m]",
  })
  void mutant_cases_fail(
      String file, String cases, String right, @Nullable String wrong, @TempDir Path folder)
      throws IOException {
    String text = Files.readString(Kustomization.ROOT.resolve(file));
    assertTrue(text.contains(right));
    Manifest mutant = Manifest.parse(text.replace(right, wrong == null ? "" : wrong)).getFirst();
    assertThrows(IllegalStateException.class, () -> test(mutant, cases, folder));
  }

  /** A metric that was renamed would leave an alert that never fires. */
  @Test
  void expressions_all_nameMetricsThatAreExported() throws IOException {
    StringBuilder documented = new StringBuilder();
    for (String document : List.of("operations.md", "injector.md")) {
      documented.append(Files.readString(RepositoryRoot.path().resolve("docs").resolve(document)));
    }
    Set<String> unknown = new TreeSet<>();
    for (String file : List.of(MONITORING, TWO_THRESHOLDS)) {
      for (String expression : expressions(rules(file))) {
        Matcher metric = OWN_METRIC.matcher(expression.replace("(hit|command)", "hit"));
        while (metric.find()) {
          String name = HISTOGRAM_PART.matcher(metric.group()).replaceFirst("");
          if (documented.indexOf("`" + name + "`") < 0) {
            unknown.add(name);
          }
        }
      }
    }
    assertEquals(Set.of(), unknown);
  }

  /** The way of a figure from the rule over the adapter to the autoscaler. */
  @Test
  void autoscalers_metrics_areReadFromWhatIsRecorded() throws IOException {
    Set<String> recorded =
        Stream.of(rules(MONITORING), rules(TWO_THRESHOLDS))
            .flatMap(rules -> Nodes.stream(rules.at("/spec/groups")))
            .flatMap(group -> Nodes.stream(group.path("rules")))
            .filter(rule -> rule.has("record"))
            .map(rule -> rule.path("record").asText())
            .collect(Collectors.toSet());
    Manifest adapter = rules("examples/autoscaling/adapter/config.yaml");
    Set<String> served = new TreeSet<>();
    for (String kind : List.of("rules", "externalRules")) {
      for (JsonNode rule : adapter.at("/" + kind)) {
        Matcher series = RECORDED.matcher(rule.path("seriesQuery").asText());
        assertTrue(series.lookingAt() && recorded.contains(series.group()), rule::toString);
        served.add(rule.path("name").path("as").asText());
      }
    }
    Set<String> asked = new TreeSet<>();
    for (String file : List.of("targets", "two-thresholds")) {
      rules("examples/autoscaling/" + file + "/autoscaler.yaml")
          .at("/spec/metrics")
          .findParents("metric")
          .forEach(metric -> asked.add(metric.path("metric").path("name").asText()));
    }
    assertEquals(asked, served);
  }

  private static List<String> expressions(Manifest rules) {
    return rules.tree().findValuesAsText("expr");
  }
}
