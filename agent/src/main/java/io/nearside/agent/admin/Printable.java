package io.nearside.agent.admin;

import java.util.HexFormat;

/** Bytes that may be anything, as text for people. */
public final class Printable {
  private Printable() {}

  /** Printable ASCII as it is, the rest as {@code \\xHH}; what is beyond the limit as dots. */
  public static String of(byte[] bytes, int from, int length, int bytesMax) {
    var text = new StringBuilder();
    for (int i = from; i < from + Math.min(length, bytesMax); i++) {
      byte b = bytes[i];
      if (b >= ' ' && b < 127 && b != '\\') {
        text.append((char) b);
      } else {
        text.append("\\x").append(HexFormat.of().toHexDigits(b));
      }
    }
    return length > bytesMax ? text.append("...").toString() : text.toString();
  }

  /** All of them. */
  public static String of(byte[] bytes) {
    return of(bytes, 0, bytes.length, bytes.length);
  }
}
