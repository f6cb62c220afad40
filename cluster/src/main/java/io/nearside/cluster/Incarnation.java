package io.nearside.cluster;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * One life of a sidecar on the bus: 128 random bits, new at each start and after each split. Its
 * sequence and its seal's nonces begin anew with it.
 */
record Incarnation(long high, long low) {

  /**
   * @param random a {@link SecureRandom} outside of simulations: seal keys hang on it never
   *     repeating
   */
  static Incarnation next(RandomGenerator random) {
    return new Incarnation(random.nextLong(), random.nextLong());
  }

  /** 32 digits. */
  String hex() {
    HexFormat format = HexFormat.of();
    return format.toHexDigits(high) + format.toHexDigits(low);
  }

  @Override
  public String toString() {
    return hex();
  }
}
