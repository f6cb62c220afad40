package io.nearside.agent.postgres.sql;

/** The character classes of {@code scan.l}; an argument is a byte 0..255, or -1 behind the text. */
final class Characters {
  private static final String OPERATORS = "~!@#^&|`?+-*/%<>=";
  private static final String UNUSUAL_OPERATORS = "~!@#^&|`?%";

  private Characters() {}

  // The vertical tab is whitespace since version 16 and refused before.
  static boolean isSpace(int c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }

  static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  static boolean isIdentifierStart(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
  }

  static boolean isIdentifierPart(int c) {
    return isIdentifierStart(c) || isDigit(c) || c == '$';
  }

  static boolean isOperator(int c) {
    return c > 0 && c < 0x80 && OPERATORS.indexOf(c) >= 0;
  }

  /** An operator character that lets an operator end in + or -. */
  static boolean isUnusualOperator(int c) {
    return c > 0 && c < 0x80 && UNUSUAL_OPERATORS.indexOf(c) >= 0;
  }

  static int lower(int c) {
    return c >= 'A' && c <= 'Z' ? c + 0x20 : c;
  }
}
