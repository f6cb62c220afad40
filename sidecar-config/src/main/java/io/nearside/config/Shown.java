package io.nearside.config;

import java.util.List;
import java.util.Map;

/** How a value of the wrong type is shown: collections by kind only, as secrets may be inside. */
final class Shown {
  private Shown() {}

  static String of(Object raw) {
    return switch (raw) {
      case Map<?, ?> _ -> "a map";
      case List<?> _ -> "a list";
      case String text when text.isEmpty() -> "\"\"";
      default -> raw.toString();
    };
  }
}
