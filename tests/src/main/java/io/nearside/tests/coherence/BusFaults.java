package io.nearside.tests.coherence;

/**
 * What happens to the messages of a bus; fractions between 0 and 1.
 *
 * @param delayMaxMillis each message is late by a random time up to this; so messages overtake each
 *     other
 */
public record BusFaults(double dropped, double duplicated, double delayed, int delayMaxMillis) {
  /** The ordinary state. */
  public static final BusFaults NONE = new BusFaults(0, 0, 0, 0);

  public BusFaults {
    requireFraction("dropped", dropped);
    requireFraction("duplicated", duplicated);
    requireFraction("delayed", delayed);
  }

  private static void requireFraction(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("%s: %s (expected 0..1)".formatted(name, value));
    }
  }
}
