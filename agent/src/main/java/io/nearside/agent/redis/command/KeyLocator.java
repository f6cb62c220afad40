package io.nearside.agent.redis.command;

import io.nearside.agent.redis.resp.RequestFrame;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One {@link KeySpec}, made ready for the hot path: finds its keys in a frame without allocation.
 */
final class KeyLocator {
  /** This request has no such key. */
  static final long ABSENT = -1;

  /** The keys cannot be named: bytes not kept, or a count that is none. */
  static final long UNNAMED = -2;

  private static final byte[] NO_KEYWORD = {};
  private static final int COUNT_DIGITS_MAX = 9;

  private final boolean complete;
  private final byte[] keyword;
  private final int start;
  private final boolean counted;
  private final int lastKey;
  private final int limit;
  private final int countIndex;
  private final int firstKey;

  /** Distance from one key to the next, at least 1. */
  final int step;

  /** The command does not modify these keys. */
  final boolean readOnly;

  KeyLocator(KeySpec spec) {
    complete = spec.complete();
    readOnly = spec.readOnly();
    switch (spec.begin()) {
      case KeySpec.AtIndex at -> {
        keyword = NO_KEYWORD;
        start = at.index();
      }
      case KeySpec.AfterKeyword after -> {
        keyword = after.keyword().toUpperCase(Locale.ROOT).getBytes(StandardCharsets.ISO_8859_1);
        start = after.startFrom();
      }
      case KeySpec.UnknownBegin _ -> {
        keyword = NO_KEYWORD;
        start = 0;
      }
    }
    switch (spec.find()) {
      case KeySpec.Range range -> {
        counted = false;
        lastKey = range.lastKey();
        limit = range.limit();
        countIndex = 0;
        firstKey = 0;
        step = Math.max(1, range.step());
      }
      case KeySpec.KeyNum keyNum -> {
        counted = true;
        lastKey = 0;
        limit = 0;
        countIndex = keyNum.countIndex();
        firstKey = keyNum.firstKey();
        step = Math.max(1, keyNum.step());
      }
      case KeySpec.UnknownFind _ -> {
        counted = false;
        lastKey = 0;
        limit = 0;
        countIndex = 0;
        firstKey = 0;
        step = 1;
      }
    }
  }

  /** The first and last key index as {@code pack}ed, or {@link #ABSENT} or {@link #UNNAMED}. */
  long locate(RequestFrame frame) {
    if (!complete) {
      return UNNAMED;
    }
    int argCount = frame.argCount();
    long begin = keyword.length == 0 ? start : afterKeyword(frame, argCount);
    if (begin < 0) {
      return begin;
    }
    if (begin >= argCount) {
      return ABSENT; // too few arguments: the server refuses it, or the key is optional
    }
    return counted ? countedKeys(frame, argCount, (int) begin) : rangeOfKeys(argCount, (int) begin);
  }

  private long afterKeyword(RequestFrame frame, int argCount) {
    int direction = start >= 0 ? 1 : -1;
    int from = start >= 0 ? start : argCount + start;
    for (int i = from; i > 0 && i < argCount; i += direction) {
      if (frame.argLength(i) != keyword.length) {
        continue;
      }
      if (!frame.hasArg(i)) {
        return UNNAMED;
      }
      if (frame.argIs(i, keyword)) {
        return i + 1L;
      }
    }
    return ABSENT;
  }

  private long rangeOfKeys(int argCount, int first) {
    int last;
    if (lastKey >= 0) {
      last = Math.min(first + lastKey, argCount - 1);
    } else if (limit <= 1) {
      last = argCount + lastKey;
    } else {
      last = first + (argCount - first) / limit + lastKey;
    }
    return last < first ? ABSENT : pack(first, last);
  }

  private long countedKeys(RequestFrame frame, int argCount, int begin) {
    int count = number(frame, begin + countIndex);
    if (count == 0) {
      return ABSENT;
    }
    long first = (long) begin + firstKey;
    long last = first + (count - 1L) * step;
    return count < 0 || last >= argCount ? UNNAMED : pack((int) first, (int) last);
  }

  /** A plain non-negative integer as Redis takes it, or -1. */
  static int number(RequestFrame frame, int index) {
    if (index >= frame.argCount() || !frame.hasArg(index)) {
      return -1;
    }
    int length = frame.argLength(index);
    int at = frame.argStart(index);
    byte[] bytes = frame.bytes();
    if (length == 0 || length > COUNT_DIGITS_MAX || (length > 1 && bytes[at] == '0')) {
      return -1;
    }
    int value = 0;
    for (int i = at; i < at + length; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  static long pack(int first, int last) {
    return (long) first << 32 | last;
  }

  static int first(long located) {
    return (int) (located >>> 32);
  }

  static int last(long located) {
    return (int) located;
  }
}
