package io.nearside.agent.redis.command;

import java.util.List;

/**
 * Where some of a command's keys stand, as the server describes it (<a
 * href="https://redis.io/docs/latest/develop/reference/key-specs/">key specifications</a>).
 *
 * @param flags sorted: {@code RO}, {@code OW}, {@code incomplete}, {@code not_key} and so on
 */
record KeySpec(Begin begin, Find find, List<String> flags) {
  KeySpec {
    flags = flags.stream().sorted().distinct().toList();
  }

  /** Where the search begins. */
  sealed interface Begin {}

  record AtIndex(int index) implements Begin {}

  /** After the first occurrence of a token, searched from an index (negative: from the end). */
  record AfterKeyword(String keyword, int startFrom) implements Begin {}

  record UnknownBegin() implements Begin {}

  /** Which arguments from there on are keys. */
  sealed interface Find {}

  /**
   * @param lastKey relative to the first key; negative: relative to the number of arguments
   * @param limit with {@code lastKey} -1: only the first 1/limit of what is left (0 and 1: all)
   */
  record Range(int lastKey, int step, int limit) implements Find {}

  /** A count argument, then that many keys; the indexes are relative to the beginning. */
  record KeyNum(int countIndex, int firstKey, int step) implements Find {}

  record UnknownFind() implements Find {}

  /** The old description: first key, last key (negative: from the end), step. */
  static KeySpec ofPositions(int first, int last, int step) {
    return new KeySpec(
        new AtIndex(first), new Range(last < 0 ? last : last - first, step, 0), List.of());
  }

  boolean readOnly() {
    return flags.contains("RO");
  }

  /** Routing only: a shard channel, for example. */
  boolean notKey() {
    return flags.contains("not_key");
  }

  /** Whether every key it means can be found with it. */
  boolean complete() {
    return !flags.contains("incomplete")
        && !(begin instanceof UnknownBegin)
        && !(find instanceof UnknownFind);
  }

  /** Whether it needs no look at the arguments. */
  boolean fixed() {
    return begin instanceof AtIndex && find instanceof Range;
  }
}
