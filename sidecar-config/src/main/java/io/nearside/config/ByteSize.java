package io.nearside.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number of bytes, written as an integer or with a unit: KiB, MiB, GiB are powers of 1024; kB,
 * KB, MB, GB are powers of 1000; B is one byte.
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  static final long KIB = 1L << 10;
  static final long MIB = 1L << 20;
  static final long GIB = 1L << 30;

  static final String EXPECTED = "expected a size as 32MiB, 64KiB, 10MB or a number of bytes";

  /** What {@link #parse} reads; also published in the JSON Schema. */
  static final String PATTERN = "[0-9]{1,18} ?(|B|[kK]B|MB|GB|KiB|MiB|GiB)";

  private static final Pattern SYNTAX = Pattern.compile("([0-9]{1,18}) ?([a-zA-Z]*)");

  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("expected a size of 0 or more bytes");
    }
  }

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException with the expectation as its message
   */
  public static ByteSize parse(String text) {
    Matcher matcher = SYNTAX.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(EXPECTED);
    }
    long factor =
        switch (matcher.group(2)) {
          case "", "B" -> 1;
          case "kB", "KB" -> 1_000;
          case "MB" -> 1_000_000;
          case "GB" -> 1_000_000_000;
          case "KiB" -> KIB;
          case "MiB" -> MIB;
          case "GiB" -> GIB;
          default -> throw new IllegalArgumentException(EXPECTED);
        };
    try {
      return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group(1)), factor));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(EXPECTED, e);
    }
  }

  /** For what is sized with an int; every setting but {@code redis.cache.maxBytes} fits. */
  public int intBytes() {
    return Math.toIntExact(bytes);
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** The largest binary unit that divides it: {@code 32MiB}; plain digits where none does. */
  @Override
  public String toString() {
    if (bytes == 0) {
      return "0";
    }
    if (bytes % GIB == 0) {
      return String.format(Locale.ROOT, "%dGiB", bytes / GIB);
    }
    if (bytes % MIB == 0) {
      return String.format(Locale.ROOT, "%dMiB", bytes / MIB);
    }
    return bytes % KIB == 0
        ? String.format(Locale.ROOT, "%dKiB", bytes / KIB)
        : Long.toString(bytes);
  }
}
