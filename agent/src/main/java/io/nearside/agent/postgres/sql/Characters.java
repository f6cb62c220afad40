package io.nearside.agent.postgres.sql;

/** The character classes of {@code scan.l}; an argument is a byte 0..255, or -1 behind the text. */
final class Characters {
  private static final int SPACE = 1;
  private static final int DIGIT = 2;
  private static final int START = 4;
  private static final int PART = 8;
  private static final int OPERATOR = 16;
  private static final int UNUSUAL = 32;

  // At index c + 1, so that -1 has a class too: none.
  private static final byte[] CLASSES = classes();

  private Characters() {}

  private static byte[] classes() {
    byte[] classes = new byte[257];
    for (int c = 0; c < 256; c++) {
      int bits = 0;
      // The vertical tab is whitespace since version 16 and refused before.
      bits |= c == ' ' || (c >= '\t' && c <= '\r') ? SPACE : 0;
      bits |= c >= '0' && c <= '9' ? DIGIT | PART : 0;
      bits |= c == '$' ? PART : 0;
      boolean letter = lower(c) >= 'a' && lower(c) <= 'z';
      bits |= letter || c == '_' || c >= 0x80 ? START | PART : 0;
      bits |= "~!@#^&|`?+-*/%<>=".indexOf(c) >= 0 ? OPERATOR : 0;
      bits |= "~!@#^&|`?%".indexOf(c) >= 0 ? UNUSUAL : 0;
      classes[c + 1] = (byte) bits;
    }
    return classes;
  }

  private static boolean is(int c, int bits) {
    return (CLASSES[c + 1] & bits) != 0;
  }

  static boolean isSpace(int c) {
    return is(c, SPACE);
  }

  static boolean isDigit(int c) {
    return is(c, DIGIT);
  }

  static boolean isIdentifierStart(int c) {
    return is(c, START);
  }

  static boolean isIdentifierPart(int c) {
    return is(c, PART);
  }

  static boolean isOperator(int c) {
    return is(c, OPERATOR);
  }

  /** An operator character that lets an operator end in + or -. */
  static boolean isUnusualOperator(int c) {
    return is(c, UNUSUAL);
  }

  static int lower(int c) {
    return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
  }
}
