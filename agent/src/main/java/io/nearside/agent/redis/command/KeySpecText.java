package io.nearside.agent.redis.command;

import java.util.Arrays;
import java.util.List;

/**
 * A key specification as one word: {@code begin;find;flags}, where begin is {@code @1} (index),
 * {@code STREAMS@4} (keyword and where to search from) or {@code ?}, and find is {@code
 * range:lastKey:step:limit}, {@code count:countIndex:firstKey:step} or {@code ?}.
 */
final class KeySpecText {
  private KeySpecText() {}

  /** Whether a keyword can stand in the text form; any that a server uses can. */
  static boolean plainKeyword(String keyword) {
    return !keyword.isEmpty()
        && keyword.chars().allMatch(c -> c > ' ' && c < 0x7F && c != '@' && c != ';');
  }

  static String format(KeySpec spec) {
    String begin =
        switch (spec.begin()) {
          case KeySpec.AtIndex(int index) -> "@" + index;
          case KeySpec.AfterKeyword(String keyword, int from) -> keyword + "@" + from;
          case KeySpec.UnknownBegin() -> "?";
        };
    String find =
        switch (spec.find()) {
          case KeySpec.Range(int lastKey, int step, int limit) ->
              "range:" + lastKey + ":" + step + ":" + limit;
          case KeySpec.KeyNum(int countIndex, int firstKey, int step) ->
              "count:" + countIndex + ":" + firstKey + ":" + step;
          case KeySpec.UnknownFind() -> "?";
        };
    return begin + ";" + find + ";" + String.join(",", spec.flags());
  }

  static KeySpec parse(String text) {
    String[] parts = text.split(";", -1);
    return new KeySpec(begin(parts[0]), find(parts[1]), CommandText.words(parts[2]));
  }

  private static KeySpec.Begin begin(String text) {
    int at = text.indexOf('@');
    if (at < 0) {
      return new KeySpec.UnknownBegin();
    }
    int number = Integer.parseInt(text.substring(at + 1));
    return at == 0
        ? new KeySpec.AtIndex(number)
        : new KeySpec.AfterKeyword(text.substring(0, at), number);
  }

  private static KeySpec.Find find(String text) {
    if (text.equals("?")) {
      return new KeySpec.UnknownFind();
    }
    String[] parts = text.split(":", -1);
    List<Integer> numbers = Arrays.stream(parts).skip(1).map(Integer::valueOf).toList();
    return parts[0].equals("range")
        ? new KeySpec.Range(numbers.get(0), numbers.get(1), numbers.get(2))
        : new KeySpec.KeyNum(numbers.get(0), numbers.get(1), numbers.get(2));
  }
}
