package io.nearside.agent.admin;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A key of any bytes in a request's path: what follows the prefix, percent-encoded (RFC 3986,
 * section 2.1), so that {@code %ff} is one byte and {@code +} is a plus; or in base64, either
 * alphabet.
 */
final class KeyPath {
  /** What comes before the key. */
  static final String PREFIX = "/cache/keys/";

  private KeyPath() {}

  /**
   * @param path raw, not normalised: a key may look like {@code a//b}
   * @throws BadRequestException when it is not encoded so
   */
  static byte[] key(String path, boolean base64) {
    if (!path.startsWith(PREFIX)) {
      throw new BadRequestException("no key: expected " + PREFIX + "{key}");
    }
    byte[] key = percentDecoded(path.substring(PREFIX.length()));
    return base64 ? base64Decoded(key) : key;
  }

  private static byte[] base64Decoded(byte[] key) {
    String text = new String(key, StandardCharsets.ISO_8859_1).replace('-', '+').replace('_', '/');
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new BadRequestException("the key is not base64: " + e.getMessage());
    }
  }

  private static byte[] percentDecoded(String text) {
    byte[] raw = text.getBytes(StandardCharsets.UTF_8);
    var out = new ByteArrayOutputStream(raw.length);
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] != '%') {
        out.write(raw[i]);
      } else {
        if (i + 2 >= raw.length
            || !HexFormat.isHexDigit(raw[i + 1])
            || !HexFormat.isHexDigit(raw[i + 2])) {
          throw new BadRequestException("the key is not percent-encoded at index " + i);
        }
        out.write(HexFormat.fromHexDigit(raw[i + 1]) << 4 | HexFormat.fromHexDigit(raw[i + 2]));
        i += 2;
      }
    }
    return out.toByteArray();
  }
}
