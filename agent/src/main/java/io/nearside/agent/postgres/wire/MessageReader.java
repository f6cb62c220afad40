package io.nearside.agent.postgres.wire;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A cursor over one whole message. Every step is checked against the message's own end: what does
 * not fit is a {@link WireViolation}, never an index error and never a read of the bytes behind.
 */
final class MessageReader {
  private static final String INVALID = "invalid message format";

  private final byte[] bytes;
  private final int to;
  private int at;

  private MessageReader(byte[] bytes, int at, int to) {
    this.bytes = bytes;
    this.at = at;
    this.to = to;
  }

  /** Over the body of {@code bytes[from, to)}, which must be exactly one message. */
  static MessageReader of(byte[] bytes, int from, int to) {
    checkWhole(bytes, from, to);
    return new MessageReader(bytes, from + MessageScanner.HEADER_BYTES, to);
  }

  /** The same, for a message that must be of {@code type}. */
  static MessageReader of(byte type, byte[] bytes, int from, int to) {
    var reader = of(bytes, from, to);
    if (bytes[from] != type) {
      throw new WireViolation(
          "unexpected message type 0x" + Integer.toHexString(bytes[from] & 0xff));
    }
    return reader;
  }

  /** Over any bytes: the rest of a packet of the start-up phase. */
  static MessageReader ofBody(byte[] bytes, int from, int to) {
    return new MessageReader(bytes, from, to);
  }

  private static void checkWhole(byte[] bytes, int from, int to) {
    if (from < 0 || to > bytes.length || to - from < MessageScanner.HEADER_BYTES) {
      throw new WireViolation("incomplete message");
    }
    if (Int32.read(bytes, from + 1) != to - from - 1) {
      throw new WireViolation("message length and message disagree");
    }
  }

  int position() {
    return at;
  }

  int left() {
    return to - at;
  }

  byte int8() {
    need(1);
    return bytes[at++];
  }

  /** Two bytes, unsigned as counts are. */
  int uint16() {
    need(2);
    int value = (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    at += 2;
    return value;
  }

  int int32() {
    need(4);
    int value = Int32.read(bytes, at);
    at += 4;
    return value;
  }

  byte[] raw(int count) {
    need(count);
    byte[] value = Arrays.copyOfRange(bytes, at, at + count);
    at += count;
    return value;
  }

  byte[] rest() {
    return raw(left());
  }

  /** Steps over a string; returns the index of its zero byte. */
  int skipString() {
    for (int i = at; i < to; i++) {
      if (bytes[i] == 0) {
        at = i + 1;
        return i;
      }
    }
    throw new WireViolation("invalid string in message");
  }

  byte[] string() {
    int from = at;
    return Arrays.copyOfRange(bytes, from, skipString());
  }

  /** A string as UTF-8; what is not UTF-8 in it becomes U+FFFD. */
  String text() {
    return text(StandardCharsets.UTF_8);
  }

  String text(Charset charset) {
    int from = at;
    return new String(bytes, from, skipString() - from, charset);
  }

  /** The message must be over. */
  void end() {
    if (at != to) {
      throw new WireViolation(INVALID);
    }
  }

  private void need(int count) {
    if (count < 0 || count > to - at) {
      throw new WireViolation("insufficient data left in message");
    }
  }
}
