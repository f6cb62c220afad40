package io.nearside.tests.chaos;

import io.nearside.tests.coherence.RunView;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One thing that goes wrong, and its end.
 *
 * @param name on the command line
 * @param title one line for the list
 * @param brief how long the fault lasts in the short profile
 * @param sustained how long in the long one
 * @param obstacle why it can not be done here; empty where it can
 * @param preparation what is done before clients come
 * @param blow the fault
 * @param keepsStrong whether strongly consistent keys are promised to be so throughout
 * @param tracking whether the sidecars hear of the writers around them
 */
record Scenario(
    String name,
    String title,
    Duration brief,
    Duration sustained,
    Supplier<Optional<String>> obstacle,
    Consumer<ChaosFleet> preparation,
    Blow blow,
    boolean keepsStrong,
    boolean tracking) {

  /** Does the fault and ends it. */
  @FunctionalInterface
  interface Blow {
    /**
     * Runs while clients read and write.
     *
     * @param lasting how long; the end of the run comes first
     * @return what is worth a line in the report, or nothing
     */
    String strike(ChaosFleet fleet, RunView run, Duration lasting);
  }

  /** A scenario that needs nothing in particular. */
  static Scenario of(String name, String title, int briefSeconds, int sustainedSeconds, Blow blow) {
    return new Scenario(
        name,
        title,
        Duration.ofSeconds(briefSeconds),
        Duration.ofSeconds(sustainedSeconds),
        Optional::empty,
        fleet -> {},
        blow,
        true,
        true);
  }

  /** The same, where something must be there, and something be done before. */
  Scenario with(Supplier<Optional<String>> needed, Consumer<ChaosFleet> before) {
    return new Scenario(name, title, brief, sustained, needed, before, blow, keepsStrong, tracking);
  }

  /** The same, where Redis itself may take back what it had acknowledged. */
  Scenario rollingBack() {
    return new Scenario(
        name, title, brief, sustained, obstacle, preparation, blow, false, tracking);
  }

  /** The same with sidecars that can not keep what they are judged by. */
  Scenario withoutTracking() {
    return new Scenario(name, title, brief, sustained, obstacle, preparation, blow, false, false);
  }
}
