package io.nearside.cluster;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * One life of a sidecar on the bus: 128 random bits, new at each start and after each split. Its
 * sequence and its seal's nonces begin anew with it.
 */
record Incarnation(long high, long low) {
  /** No life, but the address of every one. */
  static final Incarnation ALL = new Incarnation(0, 0);

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

  /** Reads {@link #hex} back; {@link #ALL} from an empty text. */
  static Incarnation parse(String hex) {
    return hex.isEmpty()
        ? ALL
        : new Incarnation(
            Long.parseUnsignedLong(hex, 0, 16, 16), Long.parseUnsignedLong(hex, 16, 32, 16));
  }

  @Override
  public String toString() {
    return hex();
  }
}
