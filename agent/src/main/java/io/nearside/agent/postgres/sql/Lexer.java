package io.nearside.agent.postgres.sql;

import static io.nearside.agent.postgres.sql.Characters.isDigit;
import static io.nearside.agent.postgres.sql.Characters.isIdentifierPart;
import static io.nearside.agent.postgres.sql.Characters.isIdentifierStart;
import static io.nearside.agent.postgres.sql.Characters.isOperator;
import static io.nearside.agent.postgres.sql.Characters.isSpace;

/**
 * Cuts SQL text into tokens by PostgreSQL's own rules ("Lexical Structure" and {@code scan.l} of
 * versions 14 to 18). Every byte belongs to exactly one token, so the tokens' texts are the text.
 *
 * <p>Works on bytes of any encoding in which a byte below 0x80 is always ASCII (see {@link
 * ClientEncodings}). Where the servers' versions differ ({@code 1abc}), where something has no end,
 * or where a byte may not stand, {@link #exact()} is false from then on: what the text means is
 * then the server's business alone. Never throws for any text. One thread.
 */
public final class Lexer {
  private final byte[] text;
  private final int to;
  private final boolean standardStrings;
  private int start;
  private int end;
  private boolean exact = true;

  /**
   * @param standardConformingStrings the session's setting: when false, a backslash escapes in
   *     plain {@code '...'} too
   */
  public Lexer(byte[] text, int from, int to, boolean standardConformingStrings) {
    this.text = text;
    this.to = to;
    this.standardStrings = standardConformingStrings;
    this.start = from;
    this.end = from;
    for (int i = from; i < to; i++) {
      if (text[i] == 0) {
        // To the server, the text ends there.
        exact = false;
        break;
      }
    }
  }

  /** Where the last token begins. */
  public int start() {
    return start;
  }

  /** Behind the last token. */
  public int end() {
    return end;
  }

  /** Whether nothing odd has been seen so far. */
  public boolean exact() {
    return exact;
  }

  /** Moves to the next token; {@link Token#END} when there is none, again and again. */
  public Token next() {
    start = end;
    if (start >= to) {
      return Token.END;
    }
    int first = text[start] & 0xff;
    if (isSpace(first)) {
      return whitespace();
    }
    if (isIdentifierStart(first)) {
      return wordOrPrefixed(first);
    }
    if (isDigit(first)) {
      return number();
    }
    return switch (first) {
      case '\'' -> standardStrings ? plainString(start + 1) : escapeString(start + 1);
      case '"' -> quotedName(start + 1, Token.QUOTED);
      case '$' -> dollar();
      case '.' ->
          isDigit(at(start + 1)) ? number() : token(Token.SYMBOL, at(start + 1) == '.' ? 2 : 1);
      case ':' -> token(Token.SYMBOL, at(start + 1) == ':' || at(start + 1) == '=' ? 2 : 1);
      case ',', '(', ')', '[', ']', ';' -> token(Token.SYMBOL, 1);
      default -> isOperator(first) ? operatorOrComment(first) : invalid(start + 1);
    };
  }

  private int at(int index) {
    return index < to ? text[index] & 0xff : -1;
  }

  private Token token(Token type, int length) {
    end = start + length;
    return type;
  }

  private Token upTo(Token type, int behind) {
    end = behind;
    return type;
  }

  private Token invalid(int behind) {
    exact = false;
    end = behind;
    return Token.INVALID;
  }

  private Token endless() {
    return invalid(to);
  }

  private Token whitespace() {
    int p = start + 1;
    while (isSpace(at(p))) {
      p++;
    }
    return upTo(Token.WHITESPACE, p);
  }

  private Token wordOrPrefixed(int first) {
    int second = at(start + 1);
    if (second == '\'') {
      switch (first) {
        case 'e', 'E' -> {
          return escapeString(start + 2);
        }
        case 'b', 'B', 'x', 'X' -> {
          return bitString(start + 2);
        }
        case 'n', 'N' -> {
          return standardStrings ? plainString(start + 2) : escapeString(start + 2);
        }
        default -> {}
      }
    }
    if (second == '&' && (first == 'u' || first == 'U')) {
      int third = at(start + 2);
      if (third == '"') {
        return quotedName(start + 3, Token.UNICODE_QUOTED);
      }
      if (third == '\'') {
        // With standard_conforming_strings off the server refuses these.
        exact &= standardStrings;
        return plainString(start + 3);
      }
    }
    return upTo(Token.WORD, identifier(start + 1));
  }

  private int identifier(int p) {
    int behind = p;
    while (isIdentifierPart(at(behind))) {
      behind++;
    }
    return behind;
  }

  /** A string in which only a doubled quote means something. */
  private Token plainString(int from) {
    return string(from, false);
  }

  /** A string in which a backslash takes the next byte with it. */
  private Token escapeString(int from) {
    return string(from, true);
  }

  private Token string(int from, boolean escapes) {
    int p = from;
    while (p < to) {
      if (escapes && text[p] == '\\') {
        p += 2;
      } else if (text[p] != '\'') {
        p++;
      } else if (at(p + 1) == '\'') {
        p += 2;
      } else {
        int more = continuation(p + 1);
        if (more < 0) {
          return upTo(Token.STRING, p + 1);
        }
        p = more;
      }
    }
    return endless();
  }

  /** B'' and X'': a quote ends them, doubled or not. */
  private Token bitString(int from) {
    int p = from;
    while (p < to) {
      if (text[p] == '\'') {
        int more = continuation(p + 1);
        if (more < 0) {
          return upTo(Token.STRING, p + 1);
        }
        p = more;
      } else {
        p++;
      }
    }
    return endless();
  }

  /**
   * Where a literal goes on that was closed before {@code from}: behind whitespace with at least
   * one newline in it there may be another quote. Line comments count as whitespace there, block
   * comments do not. -1: it ended.
   */
  private int continuation(int from) {
    int p = from;
    while (true) {
      if (isSpace(at(p)) && !isNewline(at(p))) {
        p++;
      } else if (at(p) == '-' && at(p + 1) == '-') {
        p = lineEnd(p);
      } else {
        break;
      }
    }
    if (!isNewline(at(p))) {
      return -1;
    }
    while (true) {
      if (isSpace(at(p))) {
        p++;
      } else if (at(p) == '-' && at(p + 1) == '-') {
        p = lineEnd(p);
      } else {
        return at(p) == '\'' ? p + 1 : -1;
      }
    }
  }

  private static boolean isNewline(int c) {
    return c == '\n' || c == '\r';
  }

  private int lineEnd(int from) {
    int p = from;
    while (p < to && !isNewline(text[p])) {
      p++;
    }
    return p;
  }

  private Token quotedName(int from, Token type) {
    int p = from;
    while (p < to) {
      if (text[p] != '"') {
        p++;
      } else if (at(p + 1) == '"') {
        p += 2;
      } else {
        exact &= p > from;
        return upTo(type, p + 1);
      }
    }
    return endless();
  }

  private Token dollar() {
    int second = at(start + 1);
    if (isDigit(second)) {
      int p = start + 2;
      while (isDigit(at(p))) {
        p++;
      }
      if (isIdentifierStart(at(p))) {
        // An error since version 15, two tokens before.
        exact = false;
      }
      return upTo(Token.PARAMETER, p);
    }
    int p = start + 1;
    if (isIdentifierStart(second)) {
      p++;
      while (isIdentifierPart(at(p)) && at(p) != '$') {
        p++;
      }
    }
    if (at(p) != '$') {
      return invalid(start + 1);
    }
    int length = p + 1 - start;
    for (int close = p + 1; close <= to - length; close++) {
      if (text[close] == '$' && sameBytes(start, close, length)) {
        return upTo(Token.STRING, close + length);
      }
    }
    return endless();
  }

  private boolean sameBytes(int one, int other, int length) {
    for (int i = 0; i < length; i++) {
      if (text[one + i] != text[other + i]) {
        return false;
      }
    }
    return true;
  }

  private Token number() {
    int p = start;
    int second = at(p + 1) | 0x20;
    if (at(p) == '0' && (second == 'x' || second == 'o' || second == 'b')) {
      p = digits(p + 2, second == 'x' ? 16 : second == 'o' ? 8 : 2);
      // A prefix alone is an error.
      exact &= p > start + 2;
    } else {
      p = digits(p, 10);
      if (at(p) == '.' && at(p + 1) != '.') {
        p++;
        if (isDigit(at(p))) {
          p = digits(p, 10);
        }
      }
      if ((at(p) | 0x20) == 'e') {
        boolean signed = at(p + 1) == '+' || at(p + 1) == '-';
        int exponent = p + (signed ? 2 : 1);
        if (isDigit(at(exponent))) {
          p = digits(exponent, 10);
        }
      }
    }
    if (isIdentifierPart(at(p))) {
      // "1abc": an error since version 15, a number and a word before; "1e5$1" since later.
      exact = false;
    }
    return upTo(Token.NUMBER, p);
  }

  /** Digits of a base, single underscores between them (and before them, behind a prefix). */
  private int digits(int from, int base) {
    int p = from;
    while (true) {
      int digit = at(p) == '_' && (p > from || base != 10) ? p + 1 : p;
      if (at(digit) < 0 || Character.digit(at(digit), base) < 0) {
        return p;
      }
      p = digit + 1;
    }
  }

  private Token operatorOrComment(int first) {
    int second = at(start + 1);
    if (first == '-' && second == '-') {
      return upTo(Token.COMMENT, lineEnd(start));
    }
    if (first == '/' && second == '*') {
      return blockComment();
    }
    return operator();
  }

  private Token blockComment() {
    int depth = 1;
    int p = start + 2;
    while (p < to) {
      if (text[p] == '/' && at(p + 1) == '*') {
        depth++;
        p += 2;
      } else if (text[p] == '*' && at(p + 1) == '/') {
        depth--;
        p += 2;
        if (depth == 0) {
          return upTo(Token.COMMENT, p);
        }
      } else {
        p++;
      }
    }
    return endless();
  }

  /**
   * As many operator characters as there are, but a comment ends them; and a + or - at the end
   * belongs to what follows, unless a character that SQL's own operators do not have stands before.
   */
  private Token operator() {
    int p = start + 1;
    boolean keepsSign = Characters.isUnusualOperator(at(start));
    while (isOperator(at(p))) {
      int next = at(p + 1);
      if ((at(p) == '-' && next == '-') || (at(p) == '/' && next == '*')) {
        break;
      }
      keepsSign |= Characters.isUnusualOperator(at(p));
      p++;
    }
    if (!keepsSign) {
      while (p > start + 1 && (text[p - 1] == '+' || text[p - 1] == '-')) {
        p--;
      }
    }
    return upTo(Token.OPERATOR, p);
  }
}
