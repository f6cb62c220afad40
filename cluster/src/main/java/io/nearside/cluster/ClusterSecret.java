package io.nearside.cluster;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What all sidecars of a fleet share and nobody else knows; the root of the keys that seal the
 * bus's messages. Never printed.
 */
public final class ClusterSecret {
  /** Shorter ones can be guessed. */
  public static final int BYTES_MIN = 16;

  private static final int MEETING_BYTES = 16;
  private static final byte[] MEETING = "nearside meeting 1:".getBytes(StandardCharsets.US_ASCII);

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

  /**
   * The name under which the sidecars that share this secret meet, so that nobody else is let in by
   * name: the fleet's name with 128 bits that only who knows the secret can tell (HMAC-SHA256).
   */
  public String meetingName(String fleet) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(bytes, "HmacSHA256"));
      mac.update(MEETING);
      byte[] digest = mac.doFinal(fleet.getBytes(StandardCharsets.UTF_8));
      return fleet + "-" + HexFormat.of().formatHex(digest, 0, MEETING_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java lacks HMAC-SHA256", e);
    }
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
