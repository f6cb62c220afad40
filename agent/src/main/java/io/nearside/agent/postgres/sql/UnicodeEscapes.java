package io.nearside.agent.postgres.sql;

import org.jspecify.annotations.Nullable;

/** The escapes in {@code U&"..."}: "String Constants with Unicode Escapes". */
final class UnicodeEscapes {
  private UnicodeEscapes() {}

  /** The decoded text, or null where the server would refuse it. */
  static @Nullable String decode(String body, char escape) {
    StringBuilder out = new StringBuilder(body.length());
    int i = 0;
    while (i < body.length()) {
      char c = body.charAt(i);
      if (c != escape) {
        out.append(c);
        i++;
        continue;
      }
      if (i + 1 < body.length() && body.charAt(i + 1) == escape) {
        out.append(escape);
        i += 2;
        continue;
      }
      boolean six = i + 1 < body.length() && body.charAt(i + 1) == '+';
      int from = i + (six ? 2 : 1);
      int to = from + (six ? 6 : 4);
      int code = hex(body, from, to);
      if (code <= 0 || code > Character.MAX_CODE_POINT) {
        return null;
      }
      out.appendCodePoint(code);
      i = to;
    }
    return out.toString();
  }

  private static int hex(String body, int from, int to) {
    if (to > body.length()) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      int digit = body.charAt(i) < 0x80 ? Character.digit(body.charAt(i), 16) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }
}
