package io.nearside.tests.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nearside.tests.coherence.CoherencePlan;
import io.nearside.tests.coherence.SidecarFleet;
import io.nearside.tests.stack.SidecarProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Strongly consistent keys, on sidecars that are processes joined through Hazelcast. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ProcessStrongRunTest {
  private static final int SIDECARS = 4;

  private final List<SidecarFleet> started = new ArrayList<>();

  /** One fleet for all: to start four JVMs takes longer than a run. */
  @BeforeAll
  void start() {
    assumeTrue(SidecarProcess.isAvailable(), "no sidecar was built");
    started.add(
        SidecarFleet.startWithLinks(SIDECARS, yaml -> yaml.withPolicies(StrongPlan.STRONG)));
  }

  @AfterAll
  void stop() {
    started.forEach(SidecarFleet::close);
  }

  @Test
  void run_nothingGoesWrong_linearizableAndFromMemory() {
    var figures = run("quiet processes", 4, List.of());
    assertEquals(Map.of(), figures.mishaps(), figures::toString);
    assertTrue(figures.hitShare() > 0.1, figures::toString);
  }

  @Test
  void run_pausedKilledAndCutOff_linearizable() {
    run(
        "processes with troubles",
        20,
        List.of(
            List.of(Trouble.PAUSE, Trouble.PAUSE, Trouble.KILL),
            List.of(Trouble.LINK_SLOW, Trouble.LINK_CUT, Trouble.LINK_SILENT)));
  }

  private StrongRun.Figures run(String title, int seconds, List<List<Trouble>> troubles) {
    int lasting = CoherencePlan.isLong() ? 60 : seconds;
    StrongPlan plan = StrongPlan.lasting(Duration.ofSeconds(lasting));
    var figures = StrongRun.run(started.getFirst(), plan, troubles);
    System.out.println("linear, " + title + ": " + figures);
    assertTrue(figures.kept(), figures::toString);
    assertTrue(figures.operations() > 1_000, figures::toString);
    assertTrue(figures.writesAcknowledged() > 50, figures::toString);
    assertTrue(figures.hitShare() > 0, figures::toString);
    return figures;
  }
}
