package io.nearside.agent.redis.resp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Finds the end of upstream replies in a stream of chunks, resumably and without keeping their
 * bytes: RESP2 and RESP3, nested aggregates, attributes (which belong to the reply after them) and
 * pushes. The protocol is Redis's "RESP protocol specification"; streamed strings and aggregates
 * ({@code $?}) are not sent by any Redis and are violations.
 */
public final class ReplyScanner {
  /** The reply goes on in the next chunk. */
  public static final int INCOMPLETE = -1;

  /** The upstream sent something that is not RESP; the stream can not be delimited any more. */
  public static final int VIOLATION = -2;

  /** How deep aggregates may nest. */
  public static final int DEPTH_MAX = 100_000;

  private static final int HEAD_BYTES = 64;

  // No server means a longer one; sums with it stay within a long.
  private static final long LENGTH_MAX = Long.MAX_VALUE / 4;

  private enum State {
    TYPE,
    LINE,
    SKIP
  }

  private State state = State.TYPE;
  private long[] left = new long[8];
  private int depth;
  private byte type;
  private boolean negative;
  private long number;
  private boolean numeric;
  private boolean sawCr;
  private long skip;
  private boolean midFrame;

  private byte firstByte;
  private long lastInteger;
  private final byte[] head = new byte[HEAD_BYTES];
  private int headLength;

  /** Whether part of a reply has been seen. */
  public boolean midFrame() {
    return midFrame;
  }

  /**
   * The reply's type byte ({@code |} when an attribute comes first). Valid from its first byte on.
   */
  public byte firstByte() {
    return firstByte;
  }

  /** Whether the reply is an error, simple or blob. */
  public boolean isError() {
    return firstByte == '-' || firstByte == '!';
  }

  /**
   * The last {@code :} number seen in the reply: the count of a subscription acknowledgement, the
   * value of PTTL.
   */
  public long lastInteger() {
    return lastInteger;
  }

  /** Whether the reply's first bytes (at most 64 are kept) are {@code prefix}. */
  public boolean headStartsWith(byte[] prefix) {
    return headLength >= prefix.length
        && Arrays.equals(head, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** The reply's first bytes, at most 64. */
  public String head() {
    return new String(head, 0, headLength, StandardCharsets.ISO_8859_1);
  }

  /**
   * The first element of an aggregate of bulk strings if it is short and wholly in the head, else
   * an empty string.
   */
  public String firstElement() {
    int at = indexOfLf(0);
    if (at < 0 || at + 1 >= headLength || head[at + 1] != '$') {
      return "";
    }
    int from = indexOfLf(at + 1) + 1;
    if (from == 0) {
      return "";
    }
    int end = from;
    while (end < headLength && head[end] != '\r') {
      end++;
    }
    return end < headLength ? new String(head, from, end - from, StandardCharsets.ISO_8859_1) : "";
  }

  private int indexOfLf(int from) {
    for (int i = from; i < headLength; i++) {
      if (head[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /**
   * Reads on in the current reply, or begins the next.
   *
   * @return the index after the reply's end, {@link #INCOMPLETE} when all bytes up to {@code to}
   *     belong to it and more will come, or {@link #VIOLATION}
   */
  public int scan(byte[] bytes, int from, int to) {
    int at = from;
    if (!midFrame) {
      if (from >= to) {
        return INCOMPLETE;
      }
      midFrame = true;
      depth = 0;
      firstByte = bytes[from];
      headLength = 0;
    }
    int end = advance(bytes, at, to);
    if (headLength < HEAD_BYTES) {
      int n = Math.min(HEAD_BYTES - headLength, (end < 0 ? to : end) - from);
      System.arraycopy(bytes, from, head, headLength, n);
      headLength += n;
    }
    if (end >= 0) {
      midFrame = false;
    }
    return end;
  }

  private int advance(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      switch (state) {
        case TYPE -> {
          type = bytes[at++];
          if (!beginLine()) {
            return VIOLATION;
          }
        }
        case LINE -> {
          int end = line(bytes, at, to);
          if (end < 0) {
            return end;
          }
          at = end;
          if (!endLine()) {
            return VIOLATION;
          }
          if (state == State.TYPE && elementEnded()) {
            return at;
          }
        }
        case SKIP -> {
          long step = Math.min(skip, to - at);
          at += (int) step;
          skip -= step;
          if (skip == 0) {
            state = State.TYPE;
            if (elementEnded()) {
              return at;
            }
          }
        }
      }
    }
    return INCOMPLETE;
  }

  private boolean beginLine() {
    state = State.LINE;
    number = 0;
    negative = false;
    sawCr = false;
    switch (type) {
      case '$', '!', '=', '*', '~', '%', '>', '|', ':' -> numeric = true;
      case '+', '-', '_', '#', ',', '(' -> numeric = false;
      default -> {
        return false;
      }
    }
    return true;
  }

  /** Index after the line's LF, or INCOMPLETE, or VIOLATION. */
  private int line(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      byte b = bytes[at];
      if (sawCr) {
        return b == '\n' ? at + 1 : VIOLATION;
      }
      if (b == '\r') {
        sawCr = true;
      } else if (numeric) {
        if (b == '-') {
          negative = true;
        } else if (b >= '0' && b <= '9') {
          if (number < 0 || number > Long.MAX_VALUE / 10) {
            return VIOLATION;
          }
          // The last digit may overflow: endLine sees a negative number.
          number = number * 10 + (b - '0');
        } else if (b != '+' || type != ':') {
          return VIOLATION;
        }
      }
    }
    return INCOMPLETE;
  }

  /**
   * Acts on a whole line; leaves state TYPE when the element is over or is an aggregate just
   * opened.
   */
  private boolean endLine() {
    state = State.TYPE;
    long value = negative ? -number : number;
    if (type == ':') {
      lastInteger = value;
      return number >= 0 || (negative && number == Long.MIN_VALUE);
    }
    if (numeric && (number < 0 || number > LENGTH_MAX)) {
      return false;
    }
    switch (type) {
      case '$', '!', '=' -> {
        if (value >= 0) {
          skip = value + 2;
          state = State.SKIP;
        }
      }
      case '*', '~', '>' -> {
        return open(Math.max(0, value));
      }
      case '%' -> {
        return open(2 * Math.max(0, value));
      }
      case '|' -> {
        // An attribute is followed by what it describes: one element more.
        return open(2 * Math.max(0, value) + 1);
      }
      default -> {}
    }
    return true;
  }

  private boolean open(long elements) {
    if (elements == 0) {
      return true;
    }
    if (depth == DEPTH_MAX) {
      return false;
    }
    if (depth == left.length) {
      left = Arrays.copyOf(left, depth * 2);
    }
    left[depth++] = elements + 1;
    return true;
  }

  /** One element is over (an aggregate just opened counts itself); true when the whole reply is. */
  private boolean elementEnded() {
    while (depth > 0) {
      if (--left[depth - 1] > 0) {
        return false;
      }
      depth--;
    }
    return true;
  }
}
