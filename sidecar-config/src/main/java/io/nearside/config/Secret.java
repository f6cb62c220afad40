package io.nearside.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A password, token or key. Its value leaves only through {@link #reveal}; {@link #toString},
 * errors and diffs show where it came from, never what it is.
 */
public final class Secret {
  /** Where the value was taken from. */
  enum Origin {
    NONE,
    ENV,
    FILE,
    VALUE
  }

  static final String EXPECTED =
      "expected { env: NAME }, { file: /path } or { value: TEXT }, not shown here";

  private static final Secret NONE = new Secret(Origin.NONE, "", "");

  private final Origin origin;
  private final String reference;
  private final String value;

  private Secret(Origin origin, String reference, String value) {
    this.origin = origin;
    this.reference = reference;
    this.value = value;
  }

  /** The secret that is not set. */
  public static Secret none() {
    return NONE;
  }

  /** A secret given as text; empty text is {@link #none}. */
  public static Secret of(String value) {
    return of(Origin.VALUE, "", value);
  }

  static Secret of(Origin origin, String reference, String value) {
    return value.isEmpty() ? NONE : new Secret(origin, reference, value);
  }

  /** Whether there is one. */
  public boolean isSet() {
    return origin != Origin.NONE;
  }

  /** The secret itself, empty when not set. Never log, store or send it to anyone but its peer. */
  public String reveal() {
    return value;
  }

  /** Length in bytes of UTF-8. */
  public int byteCount() {
    return bytes().length;
  }

  Origin origin() {
    return origin;
  }

  /** The variable or file it was read from; empty for a literal. */
  String reference() {
    return reference;
  }

  private byte[] bytes() {
    return value.getBytes(StandardCharsets.UTF_8);
  }

  /** By value, in time that does not depend on where they differ. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && MessageDigest.isEqual(bytes(), secret.bytes());
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  /** {@code none}, {@code ***}, {@code *** (env NAME)} or {@code *** (file PATH)}. */
  @Override
  public String toString() {
    return switch (origin) {
      case NONE -> "none";
      case VALUE -> "***";
      case ENV -> "*** (env " + reference + ")";
      case FILE -> "*** (file " + reference + ")";
    };
  }
}
