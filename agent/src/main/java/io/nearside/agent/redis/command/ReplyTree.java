package io.nearside.agent.redis.command;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole RESP2 or RESP3 reply as lists (arrays, sets, maps as alternating keys and values),
 * strings and longs. For replies of the control plane only. Memory is bounded by the bytes given:
 * an element's count is believed only as far as bytes are left for it.
 */
final class ReplyTree {
  /** A real table of some 400 commands has 0.2 MB. */
  static final int REPLY_BYTES_MAX = 16 << 20;

  static final int DEPTH_MAX = 32;
  private static final int ELEMENT_BYTES_MIN = 3;
  private static final int LINE_BYTES_MAX = 1 << 16;

  private final byte[] bytes;
  private int at;

  private ReplyTree(byte[] bytes) {
    this.bytes = bytes;
  }

  static @Nullable Object parse(byte[] bytes) {
    if (bytes.length > REPLY_BYTES_MAX) {
      throw new MalformedCommandReplyException(
          "COMMAND reply of " + bytes.length + " bytes (expected at most " + REPLY_BYTES_MAX + ")");
    }
    var tree = new ReplyTree(bytes);
    Object value = tree.value(0);
    if (tree.at != bytes.length) {
      throw tree.malformed("bytes after the reply");
    }
    return value;
  }

  private @Nullable Object value(int depth) {
    if (depth > DEPTH_MAX) {
      throw malformed("nested deeper than " + DEPTH_MAX);
    }
    if (at >= bytes.length) {
      throw malformed("truncated");
    }
    byte type = bytes[at++];
    return switch (type) {
      case '*', '~', '>' -> list(count(1), depth);
      case '%' -> list(count(2), depth);
      case '|' -> {
        list(count(2), depth);
        yield value(depth + 1);
      }
      case '$', '=', '!' -> bulk();
      case ':' -> number();
      case '_' -> {
        line();
        yield null;
      }
      case '+', '-', ',', '#', '(' -> {
        String text = line();
        if (type == '-' && depth == 0) {
          throw new MalformedCommandReplyException("the upstream answered COMMAND with: " + text);
        }
        yield text;
      }
      default -> {
        at--;
        throw malformed("unexpected byte " + (type & 0xFF));
      }
    };
  }

  private @Nullable List<@Nullable Object> list(int size, int depth) {
    if (size < 0) {
      return null;
    }
    List<@Nullable Object> values = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      values.add(value(depth + 1));
    }
    return values;
  }

  /** Number of elements, or -1 for a null array. */
  private int count(int perEntry) {
    long count = number();
    if (count == -1) {
      return -1;
    }
    if (count < 0 || count * perEntry > (bytes.length - at) / ELEMENT_BYTES_MIN) {
      throw malformed("count " + count + " does not fit the reply");
    }
    return (int) count * perEntry;
  }

  private @Nullable String bulk() {
    long length = number();
    if (length == -1) {
      return null;
    }
    if (length < 0 || length > bytes.length - at - 2) {
      throw malformed("length " + length + " does not fit the reply");
    }
    String text = new String(bytes, at, (int) length, StandardCharsets.ISO_8859_1);
    at += (int) length;
    if (bytes[at] != '\r' || bytes[at + 1] != '\n') {
      throw malformed("no end of line after a bulk string");
    }
    at += 2;
    return text;
  }

  private long number() {
    String text = line();
    try {
      return Math.clamp(Long.parseLong(text), Integer.MIN_VALUE, Integer.MAX_VALUE);
    } catch (NumberFormatException _) {
      throw malformed("not a number");
    }
  }

  private String line() {
    int from = at;
    int limit = Math.min(bytes.length - 1, from + LINE_BYTES_MAX);
    for (int i = from; i < limit; i++) {
      if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
        at = i + 2;
        return new String(bytes, from, i - from, StandardCharsets.ISO_8859_1);
      }
    }
    throw malformed("no end of line");
  }

  private MalformedCommandReplyException malformed(String why) {
    return new MalformedCommandReplyException("COMMAND reply, byte " + at + ": " + why);
  }
}
