package io.nearside.cluster;

import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Time, threads and chance for one bus; a simulation puts its own in their place.
 *
 * @param pulse for this bus alone
 * @param random secure, outside of simulations: the keys that seal messages rest on it
 */
public record BusEnvironment(BusClock clock, Pulse pulse, RandomGenerator random) {

  /** The real ones, with a thread for the publisher. */
  public static BusEnvironment system() {
    return new BusEnvironment(BusClock.system(), Pulse.thread("nearside-bus"), new SecureRandom());
  }
}
