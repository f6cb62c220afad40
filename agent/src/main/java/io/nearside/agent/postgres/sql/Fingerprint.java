package io.nearside.agent.postgres.sql;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The shape of a text: what stays when literals, parameters, comments, letter case of unquoted
 * words and spacing are taken away. Nothing that stood in quotes as a value is in it.
 */
public final class Fingerprint {
  /** What is longer is cut; texts that differ only behind it are one. */
  public static final int CHARS_MAX = 4096;

  private final List<String> out = new ArrayList<>();
  private final Deque<Integer> groups = new ArrayDeque<>();

  private Fingerprint() {}

  /**
   * The fingerprint of {@code text[from..to)}, a char per byte (ISO-8859-1), at most {@link
   * #CHARS_MAX}. IN lists and rows of VALUES that only repeat are there once. For any bytes.
   */
  public static String of(byte[] text, int from, int to) {
    Fingerprint fingerprint = new Fingerprint();
    Lexer lexer = new Lexer(text, from, to, true);
    Token token = lexer.next();
    while (token != Token.END && fingerprint.out.size() < CHARS_MAX) {
      fingerprint.add(token, text, lexer.start(), lexer.end());
      token = lexer.next();
    }
    return fingerprint.join();
  }

  /** 64 bits of a fingerprint (FNV-1a, mixed at the end). */
  public static long hash64(String fingerprint) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < fingerprint.length(); i++) {
      hash = (hash ^ fingerprint.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    return hash ^ (hash >>> 33);
  }

  private void add(Token token, byte[] text, int start, int end) {
    switch (token) {
      case WHITESPACE, COMMENT, END -> {}
      case STRING, NUMBER, PARAMETER, INVALID -> literal();
      case WORD -> out.add(WordTable.word(text, start, end));
      case QUOTED, UNICODE_QUOTED, OPERATOR -> out.add(string(text, start, end));
      case SYMBOL -> symbol(string(text, start, end));
    }
  }

  private static String string(byte[] text, int start, int end) {
    return new String(text, start, end - start, StandardCharsets.ISO_8859_1);
  }

  private String back(int steps) {
    return out.size() >= steps ? out.get(out.size() - steps) : "";
  }

  /** A sign belongs to its number, unless an operand stands before it. */
  private void literal() {
    boolean sign = back(1).equals("-") || back(1).equals("+");
    if (sign && !isOperand(back(2))) {
      out.removeLast();
    }
    if (back(1).equals(",") && back(2).equals("?") && isList(back(3), back(4))) {
      out.removeLast();
    } else {
      out.add("?");
    }
  }

  private static boolean isList(String open, String before) {
    return (open.equals("(") && before.equals("in"))
        || (open.equals("[") && before.equals("array"));
  }

  private static boolean isOperand(String token) {
    if (token.isEmpty()) {
      return false;
    }
    char first = token.charAt(0);
    return switch (first) {
      case '?', ')', ']', '"' -> true;
      default -> Characters.isIdentifierStart(first) && !Words.isReserved(token);
    };
  }

  private void symbol(String symbol) {
    switch (symbol) {
      case "(", "[" -> {
        groups.push(out.size());
        out.add(symbol);
      }
      case ")", "]" -> {
        out.add(symbol);
        if (!groups.isEmpty()) {
          close(groups.pop());
        }
      }
      default -> out.add(symbol);
    }
  }

  /** A group that repeats the one before it goes. */
  private void close(int open) {
    int length = out.size() - open;
    int other = open - 1 - length;
    if (other >= 0
        && out.get(open - 1).equals(",")
        && out.get(open).equals("(")
        && out.subList(other, other + length).equals(out.subList(open, open + length))) {
      out.subList(open - 1, out.size()).clear();
    }
  }

  private String join() {
    while (back(1).equals(";")) {
      out.removeLast();
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < out.size() && text.length() < CHARS_MAX; i++) {
      if (i > 0 && spaced(out.get(i - 1), out.get(i))) {
        text.append(' ');
      }
      text.append(out.get(i));
    }
    return text.length() > CHARS_MAX ? text.substring(0, CHARS_MAX) : text.toString();
  }

  private static boolean spaced(String before, String token) {
    return switch (token) {
      case ",", ")", "]", ".", "::", ";", ":" -> false;
      case "(" ->
          !isOperand(before)
              || before.equals("?")
              || before.equals(")")
              || Words.isConstruct(before);
      case "[" -> !isOperand(before) && !before.equals("array");
      default ->
          switch (before) {
            case "(", "[", ".", "::", ":" -> false;
            default -> true;
          };
    };
  }
}
