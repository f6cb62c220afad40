package io.nearside.tests.bench;

import java.util.Set;

/**
 * How much is measured.
 *
 * @param rounds of each comparison
 * @param seconds per contestant and round
 * @param warmSeconds of the same load on a sidecar before each comparison
 * @param starts processes started for {@code first_answer_ms}
 * @param only the figures that are wanted
 */
record BenchSettings(
    int rounds, double seconds, double warmSeconds, int starts, Set<RedisFigure> only) {
  BenchSettings {
    only = Set.copyOf(only);
  }

  boolean wants(RedisFigure... figures) {
    for (RedisFigure figure : figures) {
      if (only.contains(figure)) {
        return true;
      }
    }
    return false;
  }
}
