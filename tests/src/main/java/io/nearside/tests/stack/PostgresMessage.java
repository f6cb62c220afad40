package io.nearside.tests.stack;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A message of a PostgreSQL server as it stood on the wire: its type and its body without the
 * length. Immutable by agreement: nobody writes into {@link #body}.
 */
public final class PostgresMessage {
  private final char type;
  private final byte[] body;

  /** The body is kept, not copied. */
  public PostgresMessage(char type, byte[] body) {
    this.type = type;
    this.body = body;
  }

  /** The type byte, such as {@code Z} for ReadyForQuery. */
  public char type() {
    return type;
  }

  /** The bytes behind the length; not a copy. */
  public byte[] body() {
    return body;
  }

  /** The body as text, for tags and statuses; without the closing zero. */
  public String text() {
    int end = body.length;
    if (end > 0 && body[end - 1] == 0) {
      end--;
    }
    return new String(body, 0, end, StandardCharsets.UTF_8);
  }

  /** The big-endian number at an index of the body. */
  public int int32(int at) {
    return (body[at] & 0xff) << 24
        | (body[at + 1] & 0xff) << 16
        | (body[at + 2] & 0xff) << 8
        | (body[at + 3] & 0xff);
  }

  /** The fields of an ErrorResponse or NoticeResponse by their letters, in their order. */
  public Map<Character, String> fields() {
    Map<Character, String> fields = new LinkedHashMap<>();
    int at = 0;
    while (at < body.length && body[at] != 0) {
      int end = at + 1;
      while (end < body.length && body[end] != 0) {
        end++;
      }
      fields.put(
          (char) (body[at] & 0xff), new String(body, at + 1, end - at - 1, StandardCharsets.UTF_8));
      at = end + 1;
    }
    return fields;
  }

  /** The SQLSTATE of an ErrorResponse, or empty. */
  public String sqlState() {
    return type == 'E' ? fields().getOrDefault('C', "") : "";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PostgresMessage message
        && type == message.type
        && Arrays.equals(body, message.body);
  }

  @Override
  public int hashCode() {
    return type * 31 + Arrays.hashCode(body);
  }

  /** One line: the type and the body with what is not printable escaped. */
  @Override
  public String toString() {
    return type + " " + Printable.of(body);
  }
}
