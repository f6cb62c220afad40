package io.nearside.agent.redis.resp;

import org.jspecify.annotations.Nullable;

/**
 * Finds the end of client commands in a byte array, resumably: a command may arrive split at any
 * byte, and no byte is looked at twice. Delimits as Redis 7 does ({@code processMultibulkBuffer},
 * {@code processInlineBuffer}): a length line ends at its CR, the byte after it is skipped unseen,
 * and numbers have no leading zeros.
 *
 * <p>One command at a time: {@link #scan} until it returns an index, then read {@link #frame()},
 * then scan from that index.
 */
public final class RequestScanner {
  /** More bytes are needed. */
  public static final int NEED_MORE = -1;

  /** The client broke the protocol: {@link #violation()} says how. */
  public static final int VIOLATION = -2;

  /** Arguments of a command of a client that has not logged in where it must; Redis's own limit. */
  public static final int UNAUTHENTICATED_ARGUMENTS_MAX = 10;

  /** Bytes of such an argument; Redis's own limit. */
  public static final int UNAUTHENTICATED_BULK_BYTES_MAX = 16_384;

  private static final int NOT_BEGUN = -1;
  private static final long BAD_NUMBER = Long.MIN_VALUE;

  private final RespLimits limits;
  private final RequestFrame frame = new RequestFrame();

  private boolean begun;
  private boolean inline;
  private int argsLeft;
  private int position;
  private int bulkLength = NOT_BEGUN;
  private int searchFrom;
  private boolean unauthenticated;
  private @Nullable String violation;

  public RequestScanner(RespLimits limits) {
    this.limits = limits;
  }

  /** The command found, or as much of it as was seen. */
  public RequestFrame frame() {
    return frame;
  }

  /**
   * Whether the command found is an inline one: {@link #frame()} then spans its line, without
   * arguments.
   */
  public boolean inline() {
    return inline;
  }

  /** Redis's own words, without the leading {@code -}. */
  public String violation() {
    return violation == null ? "" : violation;
  }

  /** Whether part of a command has been seen. */
  public boolean midFrame() {
    return begun;
  }

  /**
   * A lower bound, in bytes, of the length of the command that is being read; never above what its
   * headers declare.
   */
  public long bytesNeeded() {
    return (long) position - frame.start() + (bulkLength == NOT_BEGUN ? 0 : bulkLength + 2L);
  }

  /** Arguments whose end has not been seen, the current one included. */
  public int argsLeft() {
    return argsLeft;
  }

  /** Declared length of the argument whose content is being waited for, or -1. */
  public int currentBulkLength() {
    return bulkLength;
  }

  /**
   * Whether the client has still to log in: Redis then takes {@value
   * #UNAUTHENTICATED_ARGUMENTS_MAX} short arguments only.
   */
  public void unauthenticated(boolean on) {
    unauthenticated = on;
  }

  /** Index from which the bytes have not been taken into the frame yet. */
  public int position() {
    return position;
  }

  /** The unread bytes have moved: index {@code i} is now {@code i + delta} of {@code bytes}. */
  public void rebase(byte[] bytes, int delta) {
    frame.rebase(bytes, delta);
    position += delta;
    searchFrom += delta;
  }

  /** Forgets a command half seen. */
  public void reset() {
    begun = false;
    bulkLength = NOT_BEGUN;
  }

  /**
   * Goes on with the command that begins at {@code from} (when none is begun) or with the one
   * begun.
   *
   * @return the index after the command, {@link #NEED_MORE}, or {@link #VIOLATION}
   */
  public int scan(byte[] bytes, int from, int to) {
    if (!begun) {
      if (from >= to) {
        return NEED_MORE;
      }
      begun = true;
      inline = bytes[from] != '*';
      frame.begin(bytes, from);
      position = from;
      searchFrom = from;
      argsLeft = NOT_BEGUN;
      bulkLength = NOT_BEGUN;
    }
    return inline ? scanInline(bytes, to) : scanMultibulk(bytes, to);
  }

  private int scanInline(byte[] bytes, int to) {
    for (int i = searchFrom; i < to; i++) {
      if (bytes[i] == '\n') {
        begun = false;
        frame.finish(i + 1);
        return i + 1;
      }
    }
    searchFrom = to;
    return to - frame.start() > limits.inlineBytesMax()
        ? violate("too big inline request")
        : NEED_MORE;
  }

  private int scanMultibulk(byte[] bytes, int to) {
    if (argsLeft == NOT_BEGUN) {
      int cr = findCr(bytes, to);
      if (cr < 0) {
        return lineTooLong(to) ? violate("too big mbulk count string") : NEED_MORE;
      }
      long count = number(bytes, position + 1, cr);
      if (count == BAD_NUMBER || count > limits.argumentsMax()) {
        return violate("invalid multibulk length");
      }
      if (unauthenticated && count > UNAUTHENTICATED_ARGUMENTS_MAX) {
        return violate("unauthenticated multibulk length");
      }
      advance(cr + 2);
      argsLeft = (int) Math.max(0, count);
    }
    while (argsLeft > 0) {
      if (bulkLength == NOT_BEGUN) {
        int result = scanBulkHeader(bytes, to);
        if (result != 0) {
          return result;
        }
      }
      if (to - position - 2 < bulkLength) {
        return NEED_MORE;
      }
      frame.addArg(position, bulkLength);
      advance(position + bulkLength + 2);
      bulkLength = NOT_BEGUN;
      argsLeft--;
    }
    begun = false;
    frame.finish(position);
    return position;
  }

  private int scanBulkHeader(byte[] bytes, int to) {
    int cr = findCr(bytes, to);
    if (cr < 0) {
      return lineTooLong(to) ? violate("too big bulk count string") : NEED_MORE;
    }
    if (bytes[position] != '$') {
      return violate("expected '$', got '" + (char) (bytes[position] & 0xff) + "'");
    }
    long length = number(bytes, position + 1, cr);
    if (length == BAD_NUMBER || length < 0 || length > limits.bulkBytesMax()) {
      return violate("invalid bulk length");
    }
    if (unauthenticated && length > UNAUTHENTICATED_BULK_BYTES_MAX) {
      return violate("unauthenticated bulk length");
    }
    advance(cr + 2);
    bulkLength = (int) length;
    return 0;
  }

  private void advance(int to) {
    position = to;
    searchFrom = to;
  }

  /** The CR of the current line, once the byte after it is there too; else -1. */
  private int findCr(byte[] bytes, int to) {
    for (int i = searchFrom; i < to; i++) {
      if (bytes[i] == '\r') {
        searchFrom = i;
        return i + 1 < to ? i : -1;
      }
    }
    searchFrom = Math.max(searchFrom, to);
    return -1;
  }

  private boolean lineTooLong(int to) {
    return to - position > limits.inlineBytesMax();
  }

  private int violate(String what) {
    violation = "ERR Protocol error: " + what;
    return VIOLATION;
  }

  /** As Redis's string2ll: a minus, no plus, no leading zero, at most 18 digits here. */
  private static long number(byte[] bytes, int from, int to) {
    boolean negative = from < to && bytes[from] == '-';
    int i = negative ? from + 1 : from;
    int digits = to - i;
    if (digits < 1 || digits > 18 || (bytes[i] == '0' && (digits > 1 || negative))) {
      return BAD_NUMBER;
    }
    long value = 0;
    for (; i < to; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        return BAD_NUMBER;
      }
      value = value * 10 + digit;
    }
    return negative ? -value : value;
  }
}
