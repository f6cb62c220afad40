package io.nearside.tests.chaos;

import io.nearside.tests.coherence.CoherencePlan;
import io.nearside.tests.coherence.CoherenceRun;
import io.nearside.tests.coherence.RunView;
import io.nearside.tests.linear.StrongRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs scenarios one after the other on one fleet, which is built anew when a scenario wants
 * another or has left it broken.
 */
final class ChaosRun implements AutoCloseable {
  private static final Duration CALM = Duration.ofSeconds(1);

  private final int sidecars;
  private final Profile profile;
  private final long seed;
  private @Nullable ChaosFleet fleet;
  private boolean fleetTracks;

  /**
   * A run of nothing yet.
   *
   * @param sidecars how many; at least 4, or the partitions have nobody on one side
   */
  ChaosRun(int sidecars, Profile profile, long seed) {
    this.sidecars = sidecars;
    this.profile = profile;
    this.seed = seed;
  }

  /** Runs all; each result is told as soon as it is there. */
  ChaosReport run(List<Scenario> scenarios, Consumer<ScenarioResult> told) {
    List<ScenarioResult> results = new ArrayList<>();
    for (Scenario scenario : scenarios) {
      ScenarioResult result = attempt(scenario, seed + results.size());
      results.add(result);
      told.accept(result);
    }
    return new ChaosReport(seed, results);
  }

  private ScenarioResult attempt(Scenario scenario, long scenarioSeed) {
    Optional<String> obstacle = scenario.obstacle().get();
    if (obstacle.isPresent()) {
      return new ScenarioResult.Skipped(scenario.name(), obstacle.get());
    }
    try {
      return run(scenario, scenarioSeed);
    } catch (RuntimeException failed) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      String logs = fleet == null ? "" : "\n" + fleet.logs();
      close();
      return new ScenarioResult.Failed(scenario.name(), cause.getMessage() + logs);
    }
  }

  private ScenarioResult run(Scenario scenario, long scenarioSeed) {
    ChaosFleet target = fleetFor(scenario);
    scenario.preparation().accept(target);
    target.watch().awaitWhole(target);
    CoherencePlan plan = profile.plan(scenario, scenarioSeed);
    var struck = new Struck();
    CoherenceRun.Outcome outcome =
        CoherenceRun.runWhile(
            target, plan, view -> strike(scenario, target, view, scenarioSeed, struck));
    target.requireSamePrimary();
    target.watch().awaitWhole(target);
    return new ScenarioResult.Ran(
        scenario.name(), outcome, struck.strong, struck.recovery, struck.note);
  }

  /** What the disturbing thread leaves; it has ended when it is read. */
  private static final class Struck {
    private volatile Optional<StrongRun.Figures> strong = Optional.empty();
    private volatile Optional<Duration> recovery = Optional.empty();
    private volatile String note = "";
  }

  private void strike(
      Scenario scenario, ChaosFleet target, RunView view, long scenarioSeed, Struck struck) {
    Optional<StrongClients> strong =
        Optional.of(scenario)
            .filter(Scenario::keepsStrong)
            .map(_ -> StrongClients.start(target, scenarioSeed));
    view.pause(CALM);
    struck.note = scenario.blow().strike(target, view, profile.fault(scenario));
    struck.recovery = target.watch().recovery(target, view);
    struck.strong = strong.map(StrongClients::stop);
  }

  private ChaosFleet fleetFor(Scenario scenario) {
    ChaosFleet current = fleet;
    if (current != null && fleetTracks == scenario.tracking()) {
      return current;
    }
    close();
    ChaosFleet fresh = ChaosFleet.start(sidecars, scenario.tracking());
    fleet = fresh;
    fleetTracks = scenario.tracking();
    return fresh;
  }

  @Override
  public void close() {
    if (fleet != null) {
      fleet.close();
      fleet = null;
    }
  }
}
