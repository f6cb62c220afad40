package io.nearside.tests.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.InvalidationBus;
import io.nearside.tests.coherence.BusFaults;
import io.nearside.tests.coherence.CoherencePlan;
import io.nearside.tests.coherence.InProcessFleet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Strongly consistent keys, on sidecars in this process whose bus and links can be spoilt. */
final class StrongRunTest {
  private static final int SIDECARS = 4;

  /** What the checker is for: ordinary keys are coherent, but not linearizable. */
  @Test
  void run_eventualKeysOnALateBus_checkerConvicts() {
    convicts("eventual keys", StrongPlan.EVENTUAL, UnaryOperator.identity());
  }

  /** A write that does not wait for the peers is too early for those who still hold the old. */
  @Test
  void run_strongKeysWithTheWaitRemoved_checkerConvicts() {
    convicts("no waiting", StrongPlan.STRONG, HastyBus::around);
  }

  private static void convicts(String title, String policies, UnaryOperator<InvalidationBus> bus) {
    StrongPlan plan = StrongPlan.lasting(Duration.ofSeconds(3)).withWritePercent(20);
    try (var fleet = start(plan, policies, bus)) {
      fleet.apply(new BusFaults(0, 0, 1, 200));
      var figures = StrongRun.untilConvicted(fleet, plan, List.of(), Duration.ofSeconds(60));
      System.out.println("linear, " + title + ": " + figures);
      assertNotNull(figures.violation(), figures::toString);
    }
  }

  @Test
  void run_nothingGoesWrong_linearizableAndFromMemory() {
    StrongPlan plan = StrongPlan.lasting(lasting(4));
    try (var fleet = start(plan, StrongPlan.STRONG, UnaryOperator.identity())) {
      var figures = StrongRun.run(fleet, plan, List.of());
      System.out.println("linear, quiet: " + figures);
      assertTrue(figures.kept(), figures::toString);
      assertEquals(Map.of(), figures.mishaps(), figures::toString);
      assertTrue(figures.hitShare() > 0.1, figures::toString);
    }
  }

  @Test
  void run_everythingGoesWrong_linearizable() {
    StrongPlan plan = StrongPlan.lasting(lasting(16));
    List<List<Trouble>> troubles =
        List.of(
            List.of(Trouble.BUS_SPOILT, Trouble.BUS_CUT, Trouble.BUS_SPLIT),
            List.of(Trouble.PAUSE, Trouble.PAUSE, Trouble.KILL),
            List.of(Trouble.LINK_SLOW, Trouble.LINK_CUT, Trouble.LINK_SILENT));
    try (var fleet = start(plan, StrongPlan.STRONG, UnaryOperator.identity())) {
      var figures = StrongRun.run(fleet, plan, troubles);
      System.out.println("linear, troubles: " + figures);
      assertTrue(figures.kept(), figures::toString);
      assertTrue(figures.operations() > 1_000, figures::toString);
      assertTrue(figures.writesAcknowledged() > 50, figures::toString);
      assertTrue(figures.hitShare() > 0, figures::toString);
    }
  }

  private static Duration lasting(int seconds) {
    return Duration.ofSeconds(CoherencePlan.isLong() ? Math.max(60, seconds) : seconds);
  }

  private static InProcessFleet start(
      StrongPlan plan, String policies, UnaryOperator<InvalidationBus> bus) {
    return InProcessFleet.start(
        new InProcessFleet.Setup(
            SIDECARS, plan.seed(), yaml -> yaml.withPolicies(policies), true, bus));
  }
}
