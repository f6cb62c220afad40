package io.nearside.tests.linear;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.nearside.tests.coherence.BusFaults;
import io.nearside.tests.coherence.InProcessFleet;
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
    StrongPlan plan = StrongPlan.lasting(Duration.ofSeconds(2));
    try (var fleet = start(plan, StrongPlan.EVENTUAL, UnaryOperator.identity())) {
      fleet.apply(new BusFaults(0, 0, 1, 100));
      var figures = StrongRun.untilConvicted(fleet, plan, List.of(), Duration.ofSeconds(60));
      System.out.println("linear, eventual keys: " + figures);
      assertNotNull(figures.violation(), figures::toString);
    }
  }

  private static InProcessFleet start(
      StrongPlan plan, String policies, UnaryOperator<io.nearside.cluster.InvalidationBus> bus) {
    return InProcessFleet.start(
        new InProcessFleet.Setup(
            SIDECARS, plan.seed(), yaml -> yaml.withPolicies(policies), true, bus));
  }
}
