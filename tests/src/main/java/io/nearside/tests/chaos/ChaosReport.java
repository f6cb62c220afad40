package io.nearside.tests.chaos;

import io.nearside.tests.coherence.CheckerReport;
import io.nearside.tests.linear.StrongRun;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a run of scenarios showed, as text for people and as JSON.
 *
 * @param seed of the first scenario's clients; each later one has the next
 */
record ChaosReport(long seed, List<ScenarioResult> results) {
  ChaosReport {
    results = List.copyOf(results);
  }

  /** Whether a promise was broken, or a fleet did not recover. */
  boolean broken() {
    return results.stream().anyMatch(ScenarioResult::broken);
  }

  /** The lines of one scenario. */
  static String text(ScenarioResult result) {
    return switch (result) {
      case ScenarioResult.Skipped(String name, String why) ->
          "%-12s skipped: %s".formatted(name, why);
      case ScenarioResult.Failed(String name, String why) ->
          "%-12s FAILED: %s".formatted(name, why);
      case ScenarioResult.Ran ran -> text(ran);
    };
  }

  private static String text(ScenarioResult.Ran ran) {
    CheckerReport report = ran.outcome().report();
    StringBuilder text = new StringBuilder();
    text.append(
        "%-12s %-7s  worst staleness %,5d ms  recovered after %8s  %,8d reads %,6d writes"
            .formatted(
                ran.name(),
                ran.kept() ? "kept" : "BROKEN",
                report.worstStalenessMillis(),
                ran.recovery().map(ChaosReport::millis).orElse("NEVER"),
                report.reads(),
                report.writesAcknowledged()));
    ran.strong().ifPresent(figures -> text.append("%n%14s %s".formatted("", strong(figures))));
    ran.errors()
        .forEach(
            (kind, count) -> text.append("%n%15s× %s".formatted("%,d".formatted(count), kind)));
    if (!ran.note().isEmpty()) {
      text.append("%n%14s %s".formatted("", ran.note()));
    }
    if (!ran.outcome().kept()) {
      text.append("\n").append(ran.outcome());
    }
    return text.toString();
  }

  private static String strong(StrongRun.Figures figures) {
    String verdict =
        Stream.of(figures.violation(), figures.undecided())
            .filter(Objects::nonNull)
            .findFirst()
            .orElse("linearizable");
    return "strong keys: %,d operations, %,d writes refused, worst write %,d ms, %s"
        .formatted(
            figures.operations(),
            figures.writesRefused(),
            figures.worstWrite().toMillis(),
            verdict);
  }

  private static String millis(Duration duration) {
    return "%,d ms".formatted(duration.toMillis());
  }

  /** One line for the end. */
  String verdict() {
    long run = results.stream().filter(ScenarioResult.Ran.class::isInstance).count();
    String bad =
        results.stream()
            .filter(ScenarioResult::broken)
            .map(ScenarioResult::name)
            .collect(Collectors.joining(", "));
    return broken()
        ? "broken: %s (seed %d)".formatted(bad, seed)
        : "every promise kept in %d scenarios (seed %d)".formatted(run, seed);
  }

  JsonObject json() {
    JsonArray scenarios = new JsonArray();
    results.forEach(result -> scenarios.add(json(result)));
    return new JsonObject().put("seed", seed).put("kept", !broken()).put("scenarios", scenarios);
  }

  private static JsonObject json(ScenarioResult result) {
    JsonObject json = new JsonObject().put("name", result.name());
    return switch (result) {
      case ScenarioResult.Skipped skipped -> json.put("skipped", skipped.why());
      case ScenarioResult.Failed failed -> json.put("failed", failed.why());
      case ScenarioResult.Ran ran -> {
        CheckerReport report = ran.outcome().report();
        JsonObject errors = new JsonObject();
        ran.errors().forEach(errors::put);
        ran.strong()
            .ifPresent(
                figures ->
                    json.put("strongOperations", figures.operations())
                        .put("strongWritesRefused", figures.writesRefused())
                        .put("strongWorstWriteMillis", figures.worstWrite().toMillis())
                        .put("strongViolation", figures.violation()));
        yield json.put("kept", ran.kept())
            .put("violations", report.violationCount())
            .put("differingAtTheEnd", ran.outcome().differing().size())
            .put("worstStalenessMillis", report.worstStalenessMillis())
            .put("recoveryMillis", ran.recovery().map(Duration::toMillis).orElse(null))
            .put("reads", report.reads())
            .put("writesAcknowledged", report.writesAcknowledged())
            .put("writesUnknown", report.writesUnknown())
            .put("errors", errors)
            .put("note", ran.note());
      }
    };
  }
}
