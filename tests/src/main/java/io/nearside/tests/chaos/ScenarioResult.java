package io.nearside.tests.chaos;

import io.nearside.tests.coherence.CoherenceRun;
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
   * @param note what the scenario has to say
   */
  record Ran(String name, CoherenceRun.Outcome outcome, Optional<Duration> recovery, String note)
      implements ScenarioResult {
    @Override
    public boolean broken() {
      return !outcome.kept() || recovery.isEmpty();
    }

    /** How many errors clients of sidecars saw, by kind. */
    Map<String, Long> errors() {
      Map<String, Long> kinds = new TreeMap<>();
      outcome
          .mishaps()
          .forEach(
              (text, count) -> {
                int path = text.indexOf(": ");
                if (!text.startsWith("direct")) {
                  kinds.merge(kind(text.substring(path + 2)), count, Long::sum);
                }
              });
      return kinds;
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
