package io.nearside.config;

/**
 * Where a value came from.
 *
 * @param name the environment variable or the file; empty for a default
 */
public record ValueSource(Kind kind, String name) {
  /** In the order of precedence, weakest first. */
  public enum Kind {
    DEFAULT,
    FILE,
    ENV
  }

  static final ValueSource BY_DEFAULT = new ValueSource(Kind.DEFAULT, "");

  /** {@code default}, {@code file} or {@code env NAME}. */
  @Override
  public String toString() {
    return switch (kind) {
      case DEFAULT -> "default";
      case FILE -> "file";
      case ENV -> "env " + name;
    };
  }
}
