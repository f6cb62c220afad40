package io.nearside.tests.coherence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The promises, on sidecars in this process whose bus can be spoilt. */
final class CoherenceTest {
  private static final Duration MAX_STALENESS = Duration.ofSeconds(1);
  private static final int SIDECARS = 4;

  private final CoherencePlan plan = CoherencePlan.ofProfile(MAX_STALENESS);

  @Test
  void run_nothingGoesWrong_promisesAreKept() {
    try (var fleet = InProcessFleet.start(SIDECARS, true, plan.seed())) {
      var outcome = kept("quiet", fleet, atMost(Duration.ofSeconds(3)), List.of());
      assertEquals(Map.of(), outcome.mishaps());
    }
  }

  @Test
  void run_busLosesDoublesAndDelays_promisesAreKept() {
    var mild = new BusFaults(0.02, 0.1, 0.3, 40);
    var harsh = new BusFaults(0.3, 0.3, 0.5, 400);
    var late = new BusFaults(0, 0, 1, 1_500);
    Duration each = plan.duration().dividedBy(5);
    List<Fault.Scheduled> faults = new ArrayList<>();
    for (BusFaults one : List.of(mild, harsh, late)) {
      faults.add(at(each.multipliedBy(faults.size()), new Fault.SpoilBus(one, each)));
    }
    try (var fleet = InProcessFleet.start(SIDECARS, true, plan.seed())) {
      kept("spoilt bus", fleet, plan, faults);
    }
  }

  /** The bus alone has to do it: no tracking, hence no writer around the sidecars. */
  @Test
  void run_busIsSpoiltAndNothingTracks_promisesAreKept() {
    Duration half = plan.duration().dividedBy(2);
    var faults =
        List.of(at(Duration.ZERO, new Fault.SpoilBus(new BusFaults(0.1, 0.2, 0.5, 300), half)));
    try (var fleet = InProcessFleet.start(SIDECARS, false, plan.seed())) {
      kept("spoilt bus, no tracking", fleet, plan.withDirectWriters(0), faults);
    }
  }

  /** Nobody hears but the trackers, and one of those falls silent and dies. */
  @Test
  void run_onlyTrackersProve_promisesAreKept() {
    var faults =
        List.of(
            at(
                Duration.ZERO,
                new Fault.SpoilBus(new BusFaults(0.02, 0.1, 0.3, 40), plan.duration())),
            at(Duration.ofMillis(500), new Fault.PauseSidecar(0, Duration.ofMillis(2_200))),
            at(Duration.ofMillis(3_000), new Fault.KillSidecar(1, Duration.ofMillis(500))));
    try (var fleet = InProcessFleet.startWithProofByTrackers(SIDECARS, plan.seed())) {
      kept("proof by trackers", fleet, plan, faults);
    }
  }

  @Test
  void run_membersFallSilentAndDie_promisesAreKept() {
    var faults =
        List.of(
            at(Duration.ofMillis(500), new Fault.PauseSidecar(0, Duration.ofMillis(2_200))),
            at(Duration.ofMillis(3_000), new Fault.KillSidecar(1, Duration.ofMillis(500))));
    try (var fleet = InProcessFleet.start(SIDECARS, true, plan.seed())) {
      kept("silent and dead members", fleet, plan, faults);
    }
  }

  /** The proof that the runs above could have failed. */
  @Test
  void run_someInvalidationsAreNeverSent_checkerConvicts() {
    // Some seconds convict it, in the long profile too.
    var brief = plan.lasting(Duration.ofSeconds(5)).withDirectWriters(0);
    var faults = List.of(at(Duration.ZERO, new Fault.SkipInvalidations(2, brief.duration())));
    try (var fleet = InProcessFleet.start(SIDECARS, false, plan.seed())) {
      // So many keys that most are not written again, and so mended, before they are too stale.
      var seldomWritten = brief.withKeys(1_000);
      var outcome = CoherenceRun.run(fleet, seldomWritten, faults);
      assertFalse(outcome.kept(), outcome::toString);
      assertTrue(
          outcome.report().violations().stream()
              .anyMatch(violation -> violation.rule() == Rule.MAX_STALENESS),
          outcome::toString);
    }
  }

  /** Shorter in the ordinary profile, where processes do the same for longer. */
  private CoherencePlan atMost(Duration duration) {
    return CoherencePlan.isLong() ? plan : plan.lasting(duration);
  }

  static CoherenceRun.Outcome kept(
      String title, FleetUnderTest fleet, CoherencePlan plan, List<Fault.Scheduled> faults) {
    var outcome = CoherenceRun.run(fleet, plan, faults);
    System.out.printf("coherence, %s: %s%n", title, outcome);
    assertTrue(outcome.kept(), outcome::toString);
    assertTrue(outcome.report().reads() > 1_000, outcome::toString);
    assertTrue(outcome.report().writesAcknowledged() > 100, outcome::toString);
    return outcome;
  }

  static Fault.Scheduled at(Duration at, Fault fault) {
    return new Fault.Scheduled(at, fault);
  }
}
