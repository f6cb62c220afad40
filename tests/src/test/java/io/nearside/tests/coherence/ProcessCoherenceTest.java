package io.nearside.tests.coherence;

import static io.nearside.tests.coherence.CoherenceTest.at;
import static io.nearside.tests.coherence.CoherenceTest.kept;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.SidecarYaml;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The promises, on sidecars that are processes joined through Hazelcast, and can be stopped. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProcessCoherenceTest {
  private static final Duration MAX_STALENESS = Duration.ofSeconds(1);
  private static final int SIDECARS = 4;

  private final CoherencePlan plan = CoherencePlan.ofProfile(MAX_STALENESS);
  private final List<SidecarFleet> started = new ArrayList<>();

  /** One fleet for all: to start four JVMs takes longer than a run. */
  @BeforeAll
  void start() {
    assumeTrue(SidecarProcess.isAvailable(), "no sidecar was built");
    started.add(SidecarFleet.start(SIDECARS, UnaryOperator.identity()));
  }

  @AfterAll
  void stop() {
    started.forEach(SidecarFleet::close);
  }

  private SidecarFleet fleet() {
    return started.getFirst();
  }

  @Test
  void run_nothingGoesWrong_promisesAreKept() {
    kept("processes", fleet(), plan, List.of());
  }

  @Test
  void run_sidecarKilledAndPaused_promisesAreKept() {
    var faults =
        List.of(
            at(Duration.ofMillis(500), new Fault.KillSidecar(0, Duration.ofMillis(300))),
            at(Duration.ofMillis(3_500), new Fault.PauseSidecar(1, Duration.ofSeconds(3))));
    kept("killed and paused", fleet(), atLeast(Duration.ofSeconds(8)), faults);
  }

  /** Two of four track: whoever takes over is killed in its turn. */
  @Test
  void run_everySidecarKilledInTurn_promisesAreKept() {
    List<Fault.Scheduled> faults = new ArrayList<>();
    for (int i = 0; i < SIDECARS; i++) {
      faults.add(
          at(
              Duration.ofMillis(500 + i * 2_500L),
              new Fault.KillSidecar(i, Duration.ofMillis(300))));
    }
    kept("killed in turn", fleet(), atLeast(Duration.ofSeconds(11)), faults);
  }

  @Test
  void run_trackingCut_promisesAreKept() {
    List<Fault.Scheduled> faults = new ArrayList<>();
    for (int i = 1; i <= 6; i++) {
      faults.add(at(plan.duration().multipliedBy(i).dividedBy(8), new Fault.CutTracking()));
    }
    kept("tracking cut", fleet(), plan, faults);
  }

  @Test
  void run_upstreamRestartedAndStopped_promisesAreKept() {
    var faults =
        List.of(
            at(Duration.ofMillis(500), new Fault.RestartUpstream(Duration.ofMillis(200))),
            at(Duration.ofMillis(2_500), new Fault.RestartUpstream(Duration.ofMillis(1_800))),
            at(Duration.ofMillis(5_500), new Fault.PauseUpstream(Duration.ofMillis(2_200))));
    kept("upstream lost", fleet(), atLeast(Duration.ofSeconds(10)), faults);
  }

  /** Without tracking nobody hears of a direct write: the checker must see what that costs. */
  @Test
  void run_blindForDirectWriters_checkerConvicts() {
    try (var blind = SidecarFleet.start(1, SidecarYaml::withoutTracking)) {
      var outcome = CoherenceRun.run(blind, plan, List.of());
      assertFalse(outcome.kept(), outcome::toString);
      assertTrue(
          outcome.report().violations().stream()
              .anyMatch(violation -> violation.rule() == Rule.MAX_STALENESS),
          outcome::toString);
    }
  }

  private CoherencePlan atLeast(Duration duration) {
    return plan.duration().compareTo(duration) < 0 ? plan.lasting(duration) : plan;
  }
}
