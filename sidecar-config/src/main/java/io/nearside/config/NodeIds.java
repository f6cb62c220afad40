package io.nearside.config;

import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

/** Names for sidecars that were given none. */
final class NodeIds {
  private static final int BASE_CHARS_MAX = 120;

  private NodeIds() {}

  /** {@code POD_NAME}, else {@code HOSTNAME}, else {@code sidecar}; then four random digits. */
  static String generate(Map<String, String> environment, RandomGenerator random) {
    String base = environment.getOrDefault("POD_NAME", "");
    if (base.isBlank()) {
      base = environment.getOrDefault("HOSTNAME", "");
    }
    base = base.replaceAll("[^A-Za-z0-9._-]", "-").replaceFirst("^[^A-Za-z0-9]+", "");
    if (base.length() > BASE_CHARS_MAX) {
      base = base.substring(0, BASE_CHARS_MAX);
    }
    String digits = String.format(Locale.ROOT, "%04x", random.nextInt(0x10000));
    return (base.isEmpty() ? "sidecar" : base) + "-" + digits;
  }
}
