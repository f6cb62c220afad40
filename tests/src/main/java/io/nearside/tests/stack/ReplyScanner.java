package io.nearside.tests.stack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds where one RESP2 or RESP3 reply ends in a run of bytes, without building its value; a push
 * counts as a reply of its own, an attribute belongs to the reply that follows it. Written apart
 * from the sidecar's own codec on purpose: a mistake in that one must not hide itself here. Source:
 * Redis serialization protocol specification. Stateless, thread-safe.
 */
public final class ReplyScanner {
  /** {@link #end} found no whole reply in the bytes it was given. */
  public static final int INCOMPLETE = -1;

  private ReplyScanner() {}

  /**
   * The index after the reply that starts at {@code start}, or {@link #INCOMPLETE}.
   *
   * @throws IllegalArgumentException when the bytes are no RESP
   */
  public static int end(byte[] bytes, int start, int limit) {
    long missing = 1;
    int at = start;
    while (missing > 0) {
      int lineEnd = lineEnd(bytes, at, limit);
      if (lineEnd == INCOMPLETE) {
        return INCOMPLETE;
      }
      char type = (char) (bytes[at] & 0xff);
      missing--;
      switch (type) {
        case '+', '-', ':', '_', ',', '#', '(' -> at = lineEnd + 2;
        case '$', '=', '!' -> {
          long length = number(bytes, at + 1, lineEnd);
          long after = length < 0 ? lineEnd + 2L : lineEnd + 2 + length + 2;
          if (after > limit) {
            return INCOMPLETE;
          }
          at = (int) after;
        }
        case '*', '~', '>' -> {
          missing += Math.max(0, number(bytes, at + 1, lineEnd));
          at = lineEnd + 2;
        }
        case '%' -> {
          missing += 2 * number(bytes, at + 1, lineEnd);
          at = lineEnd + 2;
        }
        case '|' -> {
          missing += 2 * number(bytes, at + 1, lineEnd) + 1;
          at = lineEnd + 2;
        }
        default ->
            throw new IllegalArgumentException(
                "no RESP type: '" + type + "' at byte " + (at - start) + " of a reply");
      }
    }
    return at;
  }

  /** The elements of an aggregate reply, each as its own bytes; a map gives keys and values. */
  public static List<byte[]> elements(byte[] reply) {
    int headerEnd = lineEnd(reply, 0, reply.length);
    if (headerEnd == INCOMPLETE || "*~>%".indexOf(reply[0]) < 0) {
      throw new IllegalArgumentException("no aggregate: " + Printable.of(reply));
    }
    List<byte[]> elements = new ArrayList<>();
    int at = headerEnd + 2;
    while (at < reply.length) {
      int end = end(reply, at, reply.length);
      if (end == INCOMPLETE) {
        throw new IllegalArgumentException("cut off: " + Printable.of(reply));
      }
      elements.add(Arrays.copyOfRange(reply, at, end));
      at = end;
    }
    return elements;
  }

  private static int lineEnd(byte[] bytes, int start, int limit) {
    for (int i = start + 1; i + 1 < limit; i++) {
      if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
        return i;
      }
    }
    return INCOMPLETE;
  }

  private static long number(byte[] bytes, int from, int to) {
    long value = 0;
    boolean negative = from < to && bytes[from] == '-';
    for (int i = negative ? from + 1 : from; i < to; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        throw new IllegalArgumentException("no length at byte " + i);
      }
      value = value * 10 + (bytes[i] - '0');
    }
    return negative ? -value : value;
  }
}
