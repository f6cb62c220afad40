package io.nearside.agent.postgres.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes one message. Lengths are exact at the end; what can not be written (a zero byte in a
 * string, a count past its field) is the caller's mistake and thrown as {@link
 * IllegalArgumentException}: a zero byte let through would end the string and begin another field.
 */
final class MessageWriter {
  private byte[] bytes;
  private int size;
  private final int lengthAt;

  private MessageWriter(int lengthAt, int bodyEstimate) {
    this.lengthAt = lengthAt;
    this.size = lengthAt + 4;
    this.bytes = new byte[size + bodyEstimate];
  }

  /** A message with a type byte. */
  static MessageWriter of(byte type, int bodyEstimate) {
    var writer = new MessageWriter(1, bodyEstimate);
    writer.bytes[0] = type;
    return writer;
  }

  /** A packet of the start-up phase: length first, no type. */
  static MessageWriter untyped(int bodyEstimate) {
    return new MessageWriter(0, bodyEstimate);
  }

  private void room(int count) {
    long needed = (long) size + count;
    if (needed - lengthAt > MessageScanner.PROTOCOL_LENGTH_MAX) {
      throw new IllegalArgumentException("message of " + needed + " bytes is too long");
    }
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, (int) Math.max(needed, Math.min(bytes.length * 2L, 1L << 30)));
    }
  }

  MessageWriter int8(int value) {
    room(1);
    bytes[size++] = (byte) value;
    return this;
  }

  /** Two bytes; counts are unsigned. */
  MessageWriter int16(int value) {
    if (value < Short.MIN_VALUE || value > 0xffff) {
      throw new IllegalArgumentException(value + " does not fit in two bytes");
    }
    room(2);
    bytes[size++] = (byte) (value >> 8);
    bytes[size++] = (byte) value;
    return this;
  }

  MessageWriter int32(int value) {
    room(4);
    Int32.write(bytes, size, value);
    size += 4;
    return this;
  }

  MessageWriter raw(byte[] value) {
    room(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
    return this;
  }

  /** A string of the protocol, with its zero byte. */
  MessageWriter string(byte[] value) {
    for (byte b : value) {
      if (b == 0) {
        throw new IllegalArgumentException("zero byte in a string of the protocol");
      }
    }
    return raw(value).int8(0);
  }

  MessageWriter string(String value) {
    return string(value.getBytes(StandardCharsets.UTF_8));
  }

  byte[] finish() {
    Int32.write(bytes, lengthAt, size - lengthAt);
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }
}
