package io.nearside.agent.postgres.sql;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of a text that mean something: whitespace and comments are left out, a UESCAPE clause
 * belongs to the token before it. Indexes outside are answered with false, so that readers may look
 * ahead and back freely. Immutable once made.
 */
final class Tokens {
  /** NAMEDATALEN - 1: what stands behind it in a name is cut off by the server. */
  private static final int NAME_BYTES_MAX = 63;

  /** What is longer is no hint. */
  private static final int HINT_CHARS_MAX = 64;

  private static final String[] SYMBOLS = new String[128];

  static {
    for (int c = 0; c < SYMBOLS.length; c++) {
      SYMBOLS[c] = String.valueOf((char) c);
    }
  }

  private final byte[] text;
  private Token[] types = new Token[32];
  private @Nullable String[] words = new String[32];
  private int[] starts = new int[32];
  private int[] ends = new int[32];
  private int count;
  private boolean parentheses;
  private boolean exact = true;
  private Hint hint = Hint.NONE;

  private Tokens(byte[] text) {
    this.text = text;
  }

  static Tokens of(byte[] text, int from, int to, boolean standardConformingStrings) {
    Tokens tokens = new Tokens(text);
    Lexer lexer = new Lexer(text, from, to, standardConformingStrings);
    for (Token token = lexer.next(); token != Token.END; token = lexer.next()) {
      switch (token) {
        case WHITESPACE -> {}
        case COMMENT -> tokens.comment(lexer.start(), lexer.end());
        default -> tokens.add(token, lexer.start(), lexer.end());
      }
    }
    tokens.exact &= lexer.exact();
    tokens.exact &= tokens.unicodeNamesAreSound();
    return tokens;
  }

  private boolean unicodeNamesAreSound() {
    for (int i = 0; i < count; i++) {
      if (types[i] == Token.UNICODE_QUOTED && unicodeName(i) == null) {
        return false;
      }
    }
    return true;
  }

  private void add(Token type, int start, int end) {
    if (type == Token.STRING && is(count - 1, "uescape") && takesEscape(count - 2)) {
      // One character that is none of the digits, letters, signs and quotes; the server checks.
      exact &= end - start == 3;
      count--;
      ends[count - 1] = end;
      return;
    }
    if (count == starts.length) {
      types = Arrays.copyOf(types, count * 2);
      words = Arrays.copyOf(words, count * 2);
      starts = Arrays.copyOf(starts, count * 2);
      ends = Arrays.copyOf(ends, count * 2);
    }
    types[count] = type;
    words[count] = type == Token.WORD ? WordTable.word(text, start, end) : null;
    starts[count] = start;
    ends[count] = end;
    parentheses |= type == Token.SYMBOL && text[start] == '(';
    count++;
  }

  private boolean takesEscape(int i) {
    return type(i) == Token.UNICODE_QUOTED
        || (type(i) == Token.STRING
            && Characters.lower(text[starts[i]]) == 'u'
            && text[starts[i] + 1] == '&');
  }

  private void comment(int start, int end) {
    int from = start + 2;
    int to = text[start] == '/' ? end - 2 : end;
    if (to - from > HINT_CHARS_MAX) {
      return;
    }
    String words =
        new String(text, from, to - from, StandardCharsets.ISO_8859_1)
            .strip()
            .toLowerCase(Locale.ROOT);
    if (!words.startsWith("nearside") || words.indexOf(':') < 0) {
      return;
    }
    int colon = words.indexOf(':');
    if (!words.substring(0, colon).strip().equals("nearside")) {
      return;
    }
    switch (words.substring(colon + 1).strip()) {
      case "primary" -> hint = Hint.PRIMARY;
      case "replica" -> hint = hint == Hint.PRIMARY ? Hint.PRIMARY : Hint.REPLICA;
      default -> {}
    }
  }

  boolean hasParentheses() {
    return parentheses;
  }

  boolean exact() {
    return exact;
  }

  Hint hint() {
    return hint;
  }

  int count() {
    return count;
  }

  Token type(int i) {
    return i >= 0 && i < count ? types[i] : Token.END;
  }

  int start(int i) {
    return starts[i];
  }

  int end(int i) {
    return ends[i];
  }

  /** Whether a token is this keyword; not when it stands in quotes. */
  boolean is(int i, String lowerCaseWord) {
    return i >= 0 && i < count && lowerCaseWord.equals(words[i]);
  }

  boolean isAny(int i, String... lowerCaseWords) {
    for (String word : lowerCaseWords) {
      if (is(i, word)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a token is this symbol or operator of one character. */
  boolean is(int i, char symbol) {
    Token type = type(i);
    return (type == Token.SYMBOL || type == Token.OPERATOR)
        && ends[i] - starts[i] == 1
        && text[starts[i]] == symbol;
  }

  boolean isCast(int i) {
    return type(i) == Token.SYMBOL && ends[i] - starts[i] == 2 && text[starts[i] + 1] == ':';
  }

  boolean isName(int i) {
    Token type = type(i);
    return type == Token.WORD || type == Token.QUOTED || type == Token.UNICODE_QUOTED;
  }

  /**
   * A name as the server understands it: folded, without quotes, cut at 63 bytes. A char is a byte
   * of the text (so one of 0x80 and up stands for part of a character) or, behind U&amp;, UTF-16.
   */
  String name(int i) {
    String word = i >= 0 && i < count ? words[i] : null;
    String name =
        word != null
            ? word
            : switch (type(i)) {
              case QUOTED -> string(starts[i] + 1, ends[i] - 1).replace("\"\"", "\"");
              case UNICODE_QUOTED -> {
                String decoded = unicodeName(i);
                yield decoded == null ? "" : decoded;
              }
              default -> "";
            };
    return name.length() > NAME_BYTES_MAX ? name.substring(0, NAME_BYTES_MAX) : name;
  }

  static String lower(String asciiOrMore) {
    return asciiOrMore.toLowerCase(Locale.ROOT);
  }

  /** The text of a range, a char per byte. */
  String string(int from, int to) {
    return new String(text, from, to - from, StandardCharsets.ISO_8859_1);
  }

  /** An operator's text. */
  String symbol(int i) {
    byte first = text[starts[i]];
    return ends[i] - starts[i] == 1 && first > 0 ? SYMBOLS[first] : string(i);
  }

  /** The text of one token, as written. */
  String string(int i) {
    return string(starts[i], ends[i]);
  }

  private @Nullable String unicodeName(int i) {
    int close = ends[i] - 1;
    int escape = '\\';
    if (text[close] == '\'') {
      escape = text[close - 1];
      while (text[close] != '"') {
        close--;
      }
    }
    return UnicodeEscapes.decode(
        string(starts[i] + 3, close).replace("\"\"", "\""), (char) (escape & 0xff));
  }
}
