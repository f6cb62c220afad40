package io.nearside.tests.chaos;

import io.nearside.tests.coherence.CoherenceRun;
import io.nearside.tests.linear.StrongRun;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What came of a scenario. */
sealed interface ScenarioResult {
  /** Its name. */
  String name();

  /** Whether it speaks against the sidecars. */
  boolean broken();

  /**
   * It was run.
   *
   * @param recovery from the end of the fault until every sidecar answered from memory again and
   *     clients saw no more errors; empty where that took too long
   * @param strong of the strongly consistent keys; empty where nothing is promised of them
   * @param note what the scenario has to say
   */
  record Ran(
      String name,
      CoherenceRun.Outcome outcome,
      Optional<StrongRun.Figures> strong,
      Optional<Duration> recovery,
      String note)
      implements ScenarioResult {
    @Override
    public boolean broken() {
      return !kept() || recovery.isEmpty();
    }

    /** Whether every promise was kept. A history that could not be judged breaks none. */
    boolean kept() {
      return outcome.kept() && strong.filter(figures -> figures.violation() != null).isEmpty();
    }

    /** How many errors clients of sidecars saw, by kind. */
    Map<String, Long> errors() {
      Map<String, Long> kinds = new TreeMap<>();
      addErrors(outcome.mishaps(), "", kinds);
      strong.ifPresent(figures -> addErrors(figures.mishaps(), "strong: ", kinds));
      return kinds;
    }

    private static void addErrors(
        Map<String, Long> mishaps, String prefix, Map<String, Long> kinds) {
      mishaps.forEach(
          (text, count) -> {
            if (!text.startsWith("direct")) {
              String error = text.substring(text.indexOf(": ") + 2);
              kinds.merge(prefix + kind(error), count, Long::sum);
            }
          });
    }

    private static String kind(String text) {
      if (text.contains("refused")) {
        return "connection refused";
      }
      if (text.startsWith("the peer closed")) {
        return "connection closed";
      }
      if (text.startsWith("only ")) {
        return "no reply in time";
      }
      return text;
    }
  }

  /** It can not be done here. */
  record Skipped(String name, String why) implements ScenarioResult {
    @Override
    public boolean broken() {
      return false;
    }
  }

  /** The run itself failed: the fleet did not come back, or the test is wrong. */
  record Failed(String name, String why) implements ScenarioResult {
    @Override
    public boolean broken() {
      return true;
    }
  }
}
