package io.nearside.tests.chaos;

import io.nearside.tests.coherence.CoherenceChecker;
import io.nearside.tests.coherence.CoherencePlan;
import java.time.Duration;

/** How long the faults last. */
enum Profile {
  /** About a minute of faults in all: part of the test suite. */
  SHORT,
  /** By hand. */
  LONG;

  /** What every read is held to. */
  static final Duration MAX_STALENESS = Duration.ofSeconds(1);

  private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(2);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration LATE_LANDING_MARGIN = Duration.ofSeconds(20);

  Duration fault(Scenario scenario) {
    return switch (this) {
      case SHORT -> scenario.brief();
      case LONG -> scenario.sustained();
    };
  }

  /** The clients of a scenario's run; its duration is the longest that it may take. */
  CoherencePlan plan(Scenario scenario, long seed) {
    Duration fault = fault(scenario);
    // What TCP had to send when the network was cut arrives at its next attempt after the end.
    Duration lateLanding = fault.multipliedBy(2).plus(LATE_LANDING_MARGIN);
    var rules = new CoherenceChecker.Settings(MAX_STALENESS, Duration.ZERO, lateLanding);
    // A write through a sidecar drops its key everywhere, and so mends what nobody was told of.
    int writersPerSidecar = scenario.tracking() ? 1 : 0;
    return new CoherencePlan(
        seed,
        fault.plus(LONGEST_RECOVERY),
        50,
        2,
        writersPerSidecar,
        2,
        8,
        false,
        REQUEST_TIMEOUT,
        rules);
  }
}
