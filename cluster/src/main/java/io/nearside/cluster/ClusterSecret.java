package io.nearside.cluster;

import java.nio.charset.StandardCharsets;

/**
 * What all sidecars of a fleet share and nobody else knows; the root of the keys that seal the
 * bus's messages. Never printed.
 */
public final class ClusterSecret {
  /** Shorter ones can be guessed. */
  public static final int BYTES_MIN = 16;

  private final byte[] bytes;

  private ClusterSecret(byte[] bytes) {
    if (bytes.length < BYTES_MIN) {
      throw new IllegalArgumentException(
          "cluster secret: " + bytes.length + " bytes (expected at least " + BYTES_MIN + ")");
    }
    this.bytes = bytes;
  }

  /**
   * From raw bytes.
   *
   * @param bytes copied
   * @throws IllegalArgumentException when shorter than {@link #BYTES_MIN}
   */
  public static ClusterSecret of(byte[] bytes) {
    return new ClusterSecret(bytes.clone());
  }

  /** The UTF-8 bytes of a text, as it stands in a configuration. */
  public static ClusterSecret of(String text) {
    return new ClusterSecret(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A copy. */
  byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public String toString() {
    return "***";
  }
}
