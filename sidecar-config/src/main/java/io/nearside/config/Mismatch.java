package io.nearside.config;

import java.util.function.Supplier;

/** A value that is not of its key's type; on its way to become a {@link Problem}. */
final class Mismatch extends Exception {
  private static final long serialVersionUID = 1L;

  private final String value;
  private final String expectation;

  /**
   * What is wrong.
   *
   * @param value as it may be shown
   */
  Mismatch(String value, String expectation) {
    super(value + " (" + expectation + ")");
    this.value = value;
    this.expectation = expectation;
  }

  /** Runs a reader whose {@link IllegalArgumentException} carries the expectation. */
  static Object unless(Supplier<Object> reader, ValueType type, Object raw) throws Mismatch {
    try {
      return reader.get();
    } catch (IllegalArgumentException e) {
      String shown = Shown.of(raw);
      String expectation = e.getMessage();
      throw new Mismatch(
          type == ScalarType.URL ? UpstreamUrl.redact(shown) : shown,
          expectation == null ? "" : expectation);
    }
  }

  String value() {
    return value;
  }

  String expectation() {
    return expectation;
  }
}
