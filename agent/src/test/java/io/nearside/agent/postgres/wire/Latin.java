package io.nearside.agent.postgres.wire;

import java.nio.charset.StandardCharsets;

/** Strings as bytes in tests. */
final class Latin {
  private Latin() {}

  /** UTF-8. */
  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** One byte for each character. */
  static byte[] raw(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
