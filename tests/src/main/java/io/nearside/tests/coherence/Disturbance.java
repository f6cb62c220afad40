package io.nearside.tests.coherence;

/** What goes wrong while a run reads and writes. */
@FunctionalInterface
public interface Disturbance {
  /** Called once, by a thread of its own. What it has begun it ends, also when the run is over. */
  void perform(RunView run);
}
