package io.nearside.agent.postgres;

import io.nearside.agent.postgres.wire.SqlState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One command of the admin console, cut into words: bare ones, {@code "names"} and {@code 'texts'}.
 * Pure.
 *
 * @param words without their quotes
 */
record ConsoleCommand(List<Word> words) {

  /** A word. */
  record Word(String text, Kind kind) {
    enum Kind {
      BARE,
      NAME,
      TEXT
    }

    boolean is(String keyword) {
      return kind == Kind.BARE && text.equalsIgnoreCase(keyword);
    }
  }

  ConsoleCommand {
    words = List.copyOf(words);
  }

  /** A command and where the next one begins. */
  record Cut(ConsoleCommand command, int end) {}

  /**
   * The first command at or behind a place, up to a semicolon; null where there is none any more.
   *
   * @throws ConsoleException for a quote without an end
   */
  static @Nullable Cut cut(String text, int from) {
    List<Word> words = new ArrayList<>();
    int at = from;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == ';') {
        at++;
        if (!words.isEmpty()) {
          break;
        }
      } else if (c <= ' ' || c == ',' || c == '=') {
        at++;
      } else if (text.startsWith("--", at)) {
        int end = text.indexOf('\n', at);
        at = end < 0 ? text.length() : end;
      } else if (c == '\'' || c == '"') {
        int end = closing(text, at);
        String quote = String.valueOf(c);
        String inside = text.substring(at + 1, end).replace(quote + quote, quote);
        words.add(new Word(inside, c == '"' ? Word.Kind.NAME : Word.Kind.TEXT));
        at = end + 1;
      } else {
        int end = at;
        while (end < text.length() && isBare(text.charAt(end))) {
          end++;
        }
        words.add(new Word(text.substring(at, end), Word.Kind.BARE));
        at = end;
      }
    }
    return words.isEmpty() ? null : new Cut(new ConsoleCommand(words), at);
  }

  private static boolean isBare(char c) {
    return c > ' ' && c != ';' && c != '\'' && c != '"' && c != ',' && c != '=';
  }

  private static int closing(String text, int from) {
    char quote = text.charAt(from);
    for (int i = from + 1; i < text.length(); i++) {
      if (text.charAt(i) == quote) {
        if (i + 1 >= text.length() || text.charAt(i + 1) != quote) {
          return i;
        }
        i++;
      }
    }
    throw new ConsoleException(SqlState.SYNTAX_ERROR, "a quote has no end");
  }

  int size() {
    return words.size();
  }

  /** A keyword in capitals; empty where there is no bare word. */
  String keyword(int index) {
    return index < words.size() && words.get(index).kind() == Word.Kind.BARE
        ? words.get(index).text().toUpperCase(Locale.ROOT)
        : "";
  }

  /** A name as SQL would read it: folded unless it is quoted; null where there is none. */
  @Nullable String name(int index) {
    if (index >= words.size()) {
      return null;
    }
    Word word = words.get(index);
    return word.kind() == Word.Kind.BARE ? word.text().toLowerCase(Locale.ROOT) : word.text();
  }

  /** The one name that must be there. */
  String named(int index, String what) {
    String name = name(index);
    if (name == null) {
      throw new ConsoleException(SqlState.SYNTAX_ERROR, "expected " + what);
    }
    return name;
  }

  /** Nothing may stand at or behind this place. */
  void endsAt(int index) {
    if (words.size() > index) {
      throw new ConsoleException(
          SqlState.SYNTAX_ERROR, "not understood: " + words.get(index).text());
    }
  }
}
