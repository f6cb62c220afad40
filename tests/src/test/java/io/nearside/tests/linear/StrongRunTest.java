package io.nearside.tests.linear;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.InvalidationBus;
import io.nearside.tests.coherence.BusFaults;
import io.nearside.tests.coherence.CoherencePlan;
import io.nearside.tests.coherence.InProcessFleet;
import io.nearside.tests.stack.SidecarYaml;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Strongly consistent keys, on sidecars in this process whose bus and links can be spoilt. */
final class StrongRunTest {
  private static final int SIDECARS = 4;

  /** What the checker is for: ordinary keys are coherent, but not linearizable. */
  @Test
  void run_eventualKeysOnALateBus_checkerConvicts() {
    convicts("eventual keys", StrongPlan::eventual, UnaryOperator.identity());
  }

  /** A write that does not wait for the peers is too early for those who still hold the old. */
  @Test
  void run_strongKeysWithTheWaitRemoved_checkerConvicts() {
    convicts("no waiting", StrongPlan::strong, HastyBus::around);
  }

  private static void convicts(
      String title, UnaryOperator<SidecarYaml> keys, UnaryOperator<InvalidationBus> bus) {
    StrongPlan plan = StrongPlan.lasting(Duration.ofSeconds(3)).withWritePercent(20);
    try (var fleet = start(plan, keys, bus)) {
      fleet.apply(new BusFaults(0, 0, 1, 200));
      var figures = StrongRun.untilConvicted(fleet, plan, List.of(), Duration.ofSeconds(60));
      System.out.println("linear, " + title + ": " + figures);
      assertNotNull(figures.violation(), figures::toString);
    }
  }

  @Test
  void run_nothingGoesWrong_linearizable() {
    linearizable("quiet", 3, List.of());
  }

  @Test
  void run_busSpoiltSidecarsDeafLinksBad_linearizable() {
    linearizable(
        "spoilt bus",
        8,
        List.of(
            List.of(Trouble.BUS_SPOILT, Trouble.BUS_CUT),
            List.of(Trouble.PAUSE),
            List.of(Trouble.LINK_SLOW, Trouble.LINK_CUT, Trouble.LINK_SILENT)));
  }

  @Test
  void run_sidecarsPartedAndKilled_linearizable() {
    linearizable(
        "parted and killed",
        10,
        List.of(List.of(Trouble.BUS_SPLIT), List.of(Trouble.KILL, Trouble.PAUSE)));
  }

  private static void linearizable(String title, int seconds, List<List<Trouble>> troubles) {
    int lasting = CoherencePlan.isLong() ? 60 : seconds;
    StrongPlan plan = StrongPlan.lasting(Duration.ofSeconds(lasting));
    try (var fleet = start(plan, StrongPlan::strong, UnaryOperator.identity())) {
      var figures = StrongRun.run(fleet, plan, troubles);
      System.out.println("linear, " + title + ": " + figures);
      assertTrue(figures.kept(), figures::toString);
      assertTrue(figures.operations() > 500, figures::toString);
      assertTrue(figures.writesAcknowledged() > 20, figures::toString);
      assertTrue(figures.hitShare() > 0, figures::toString);
    }
  }

  private static InProcessFleet start(
      StrongPlan plan, UnaryOperator<SidecarYaml> keys, UnaryOperator<InvalidationBus> bus) {
    return InProcessFleet.start(new InProcessFleet.Setup(SIDECARS, plan.seed(), keys, true, bus));
  }
}
