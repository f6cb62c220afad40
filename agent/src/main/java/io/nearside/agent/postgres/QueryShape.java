package io.nearside.agent.postgres;

/**
 * A cheap hash of a text without its literals: texts of one hash have one {@link
 * io.nearside.agent.postgres.sql.Fingerprint}, while one fingerprint may have many hashes (spacing,
 * letter case and the lengths of IN lists count here). One pass, about a nanosecond a byte, no
 * allocation; so texts with ever-new literals need no fingerprint of their own. Pure.
 */
final class QueryShape {
  /** What is beyond this pass: dollar quotes, nested comments, 1e5, what has no end. */
  static final long NONE = 0;

  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;
  // Bytes that stand in no text.
  private static final int NUMBER = 1;
  private static final int NUMBER_AND_DOT = 4;
  private static final int STRING = 2;
  private static final int COMMENT = 3;
  // Between strings, it makes them one.
  private static final int LINE_COMMENT = 5;

  private QueryShape() {}

  /**
   * The hash of {@code text[from..to)} as with standard_conforming_strings on, or {@link #NONE}.
   */
  static long of(byte[] text, int from, int to) {
    long hash = OFFSET;
    int at = from;
    while (at < to) {
      int c = text[at];
      int next = at + 1 < to ? text[at + 1] : 0;
      int symbol = c & 0xff;
      if (isNameStart(c)) {
        int end = nameEnd(text, at, to);
        for (int i = at; i < end - 1; i++) {
          hash = (hash ^ (text[i] & 0xff)) * PRIME;
        }
        symbol = text[end - 1] & 0xff;
        at = end;
      } else if (isDigit(c)) {
        int end = numberEnd(text, from, at, to);
        symbol = end >= 0 && text[end - 1] != '.' ? NUMBER : NUMBER_AND_DOT;
        at = end;
      } else if (c == '\'') {
        at = stringEnd(text, from, at, to);
        symbol = STRING;
      } else if (c == '"') {
        int end = closing(text, at, to, '"');
        for (int i = at; i < end; i++) {
          hash = (hash ^ (text[i] & 0xff)) * PRIME;
        }
        at = end;
      } else if (c == '-' && next == '-') {
        at = lineEnd(text, at, to);
        symbol = LINE_COMMENT;
      } else if (c == '/' && next == '*') {
        at = commentEnd(text, at, to);
        symbol = COMMENT;
      } else if (c == '$' && !isDigit(next)) {
        return NONE;
      } else {
        at++;
      }
      if (at < 0) {
        return NONE;
      }
      hash = (hash ^ symbol) * PRIME;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash ^= hash >>> 33;
    return hash == NONE ? 1 : hash;
  }

  private static boolean isNameStart(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c < 0;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isNamePart(int c) {
    return isNameStart(c) || isDigit(c) || c == '$';
  }

  private static int nameEnd(byte[] text, int from, int to) {
    int at = from + 1;
    while (at < to && isNamePart(text[at])) {
      at++;
    }
    return at;
  }

  /** Behind digits with at most one dot; what a letter follows, or more dots, is not for here. */
  private static int numberEnd(byte[] text, int from, int start, int to) {
    int at = start + 1;
    int before = start > from ? text[start - 1] : 0;
    int dots = before == '.' || before == '$' ? 1 : 0;
    while (at < to && (isDigit(text[at]) || text[at] == '.')) {
      dots += text[at] == '.' ? 1 : 0;
      at++;
    }
    return dots > 1 || (at < to && isNameStart(text[at])) ? -1 : at;
  }

  /** Behind a string or an E'' string; B'', X'' and N'' are not for here. */
  private static int stringEnd(byte[] text, int from, int quote, int to) {
    int before = quote - 1;
    if (before < from || !isNamePart(text[before])) {
      return closing(text, quote, to, '\'');
    }
    boolean alone = before == from || !isNamePart(text[before - 1]);
    boolean escapes = alone && (text[before] == 'e' || text[before] == 'E');
    return escapes ? escapingEnd(text, quote, to) : -1;
  }

  private static int closing(byte[] text, int from, int to, int quote) {
    for (int i = from + 1; i < to; i++) {
      if (text[i] == quote) {
        if (i + 1 >= to || text[i + 1] != quote) {
          return i + 1;
        }
        i++;
      }
    }
    return -1;
  }

  private static int escapingEnd(byte[] text, int from, int to) {
    for (int i = from + 1; i < to; i++) {
      if (text[i] == '\\') {
        i++;
      } else if (text[i] == '\'') {
        if (i + 1 >= to || text[i + 1] != '\'') {
          return i + 1;
        }
        i++;
      }
    }
    return -1;
  }

  private static int lineEnd(byte[] text, int from, int to) {
    int at = from;
    while (at < to && text[at] != '\n' && text[at] != '\r') {
      at++;
    }
    return at;
  }

  private static int commentEnd(byte[] text, int from, int to) {
    for (int i = from + 2; i + 1 < to; i++) {
      if (text[i] == '*' && text[i + 1] == '/') {
        return i + 2;
      }
      if (text[i] == '/' && text[i + 1] == '*') {
        return -1;
      }
    }
    return -1;
  }
}
