package io.nearside.tests.demo;

import java.io.IOException;

/**
 * One step of the tour.
 *
 * @param title what is done and seen, in a few words
 */
record Step(String title, Check check) {
  /** Does it and looks. */
  @FunctionalInterface
  interface Check {
    /**
     * Does the step.
     *
     * @throws IOException when a connection breaks that should have held
     * @throws IllegalStateException when it shows something else than promised
     */
    Finding run() throws IOException;
  }

  /**
   * What a step measured.
   *
   * @param nanos the latency, or the time until it was so
   * @param proof how it is known
   */
  record Finding(long nanos, String proof) {}
}
