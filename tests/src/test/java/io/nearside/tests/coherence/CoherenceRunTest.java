package io.nearside.tests.coherence;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The run convicts what is stale, and only that, whatever else goes wrong. */
final class CoherenceRunTest {
  private static final Duration MAX_STALENESS = Duration.ofSeconds(1);

  private final CoherencePlan plan = CoherencePlan.ofProfile(MAX_STALENESS);

  @Test
  void run_plainProxies_keepsEveryPromise() {
    try (var fleet = StandInFleet.ofPlainProxies(4)) {
      var outcome = CoherenceRun.run(fleet, plan.lasting(Duration.ofSeconds(2)), List.of());
      assertTrue(outcome.kept(), outcome::toString);
      assertTrue(outcome.mishaps().isEmpty(), outcome::toString);
      assertTrue(outcome.report().reads() > 1_000, outcome::toString);
      assertTrue(outcome.report().writesAcknowledged() > 100, outcome::toString);
    }
  }

  @Test
  void run_plainProxiesWithFaults_keepsEveryPromise() {
    List<Fault.Scheduled> faults =
        List.of(
            at(300, new Fault.KillSidecar(0, Duration.ofMillis(300))),
            at(700, new Fault.PauseSidecar(1, Duration.ofMillis(2_200))),
            at(3_000, new Fault.RestartUpstream(Duration.ofMillis(300))),
            at(3_600, new Fault.PauseUpstream(Duration.ofMillis(2_200))));
    try (var fleet = StandInFleet.ofPlainProxies(4)) {
      var outcome = CoherenceRun.run(fleet, plan.lasting(Duration.ofMillis(6_500)), faults);
      assertTrue(outcome.kept(), outcome::toString);
      assertTrue(outcome.report().writesUnknown() > 0, outcome::toString);
    }
  }

  @Test
  void run_cachesThatHearOfNoWrite_isConvictedOfItsOwnWrites() throws IOException {
    try (var fleet = StandInFleet.ofNaiveCaches(4, Duration.ofSeconds(3), false)) {
      var outcome = CoherenceRun.run(fleet, plan, List.of());
      assertBroken(outcome, Rule.READ_YOUR_WRITES);
    }
  }

  @Test
  void run_cachesThatHearOnlyOfOwnWrites_isConvictedOfStaleness() throws IOException {
    try (var fleet = StandInFleet.ofNaiveCaches(4, Duration.ofSeconds(3), true)) {
      var outcome = CoherenceRun.run(fleet, plan, List.of());
      assertBroken(outcome, Rule.MAX_STALENESS);
    }
  }

  private static void assertBroken(CoherenceRun.Outcome outcome, Rule rule) {
    assertFalse(outcome.kept(), outcome::toString);
    assertTrue(
        outcome.report().violations().stream().anyMatch(violation -> violation.rule() == rule),
        outcome::toString);
  }

  private static Fault.Scheduled at(int millis, Fault fault) {
    return new Fault.Scheduled(Duration.ofMillis(millis), fault);
  }
}
