package io.nearside.tests.coherence;

import java.util.List;

/**
 * What a run showed.
 *
 * @param staleReads how many keys were read older than the newest acknowledged, within the promise
 *     or not
 * @param worstStalenessMillis of any read through a sidecar
 * @param violations the first hundred
 * @param violationCount all of them
 */
public record CheckerReport(
    long reads,
    long writesAcknowledged,
    long writesUnknown,
    long staleReads,
    long worstStalenessMillis,
    List<Violation> violations,
    long violationCount) {
  public CheckerReport {
    violations = List.copyOf(violations);
  }

  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder(
            "%,d reads, %,d writes (%,d of unknown outcome), %,d stale keys, worst staleness %,d ms, %,d violations"
                .formatted(
                    reads,
                    writesAcknowledged,
                    writesUnknown,
                    staleReads,
                    worstStalenessMillis,
                    violationCount));
    violations.stream().limit(5).forEach(violation -> text.append("\n\n").append(violation));
    return text.toString();
  }
}
