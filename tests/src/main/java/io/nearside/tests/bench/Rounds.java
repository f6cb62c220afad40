package io.nearside.tests.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Alternating rounds: each contestant once in each, so that a machine that drifts does so for all.
 */
final class Rounds {
  private Rounds() {}

  /** Puts the load on one contestant once. */
  @FunctionalInterface
  interface Measurement {
    Series.Round of(Contestant contestant) throws IOException;
  }

  /**
   * Measures all contestants in each round and prints a line for it.
   *
   * @return the contestants' series by name, in their order
   */
  static Map<String, Series> run(
      String title,
      int rounds,
      List<Contestant> contestants,
      Measurement measurement,
      PrintWriter out)
      throws IOException {
    Map<String, Series> series = new LinkedHashMap<>();
    contestants.forEach(one -> series.put(one.name(), new Series(one.name())));
    for (int round = 1; round <= rounds; round++) {
      var line = new StringBuilder("%-28s round %d/%d:".formatted(title, round, rounds));
      for (Contestant contestant : contestants) {
        Series.Round measured = measurement.of(contestant);
        Series one = series.get(contestant.name());
        if (one != null) {
          one.add(measured);
        }
        line.append(
            String.format(
                Locale.ROOT,
                "  %s %,.0f/s",
                contestant.name(),
                measured.load().requestsPerSecond()));
      }
      out.println(line);
      out.flush();
    }
    return series;
  }
}
