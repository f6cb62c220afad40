package io.nearside.agent.postgres.wire;

import java.util.Arrays;

/**
 * The names in a client's Parse, Bind, Describe, Close and Execute, over one message in {@code
 * bytes[from, to)}, header included (PostgreSQL manual, "Message Formats"). An empty name is the
 * unnamed statement or portal. What is not well-formed is a {@link WireViolation}; types that have
 * no such name are the caller's mistake ({@link IllegalArgumentException}).
 *
 * <p>{@link #headLength} and {@link #renameHead} work on the beginning of a message whose rest
 * streams by: a Parse or Bind of any size can be renamed.
 */
public final class StatementNames {
  private StatementNames() {}

  /**
   * Whether the message names a prepared statement: a Parse or Bind always, a Describe or Close
   * when it is not about a portal. (A Describe or Close of neither kind is the server's to refuse.)
   */
  public static boolean namesStatement(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(bytes, from, to);
    return switch (bytes[from]) {
      case Frontend.PARSE, Frontend.BIND -> true;
      case Frontend.DESCRIBE, Frontend.CLOSE -> reader.int8() == Frontend.STATEMENT_KIND;
      default -> false;
    };
  }

  /** The statement's name; of a Describe or Close the name, whatever it is about. */
  public static byte[] name(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(bytes, from, to);
    return atName(bytes[from], reader).string();
  }

  /**
   * As {@link #name}, of a beginning of the message that reaches at least to {@link #headLength}.
   */
  public static byte[] nameInHead(byte[] bytes, int from, int to) {
    int head = headLength(bytes, from, to);
    if (head < 0) {
      throw new WireViolation("incomplete message");
    }
    return atName(
            bytes[from],
            MessageReader.ofBody(bytes, from + MessageScanner.HEADER_BYTES, from + head))
        .string();
  }

  /** The portal's name in a Bind or Execute; of a Describe or Close the name it has. */
  public static byte[] portal(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(bytes, from, to);
    return switch (bytes[from]) {
      case Frontend.BIND, Frontend.EXECUTE -> reader.string();
      case Frontend.DESCRIBE, Frontend.CLOSE -> atName(bytes[from], reader).string();
      default -> throw noName(bytes[from]);
    };
  }

  /** The same message with another name in the place of {@link #name}; the length is right. */
  public static byte[] rename(byte[] bytes, int from, int to, byte[] newName) {
    MessageReader.of(bytes, from, to);
    return renameHead(bytes, from, to, newName);
  }

  /**
   * How much of the message's beginning {@link #renameHead} needs: header to the end of the name.
   * {@code bytes[from, to)} may be any beginning of it.
   *
   * @return -1 when the name's end is not among the bytes
   * @throws WireViolation if the message is over without the name's end
   */
  public static int headLength(byte[] bytes, int from, int to) {
    if (to - from < MessageScanner.HEADER_BYTES) {
      return -1;
    }
    long end = from + 1L + Int32.read(bytes, from + 1);
    int bodyFrom = from + MessageScanner.HEADER_BYTES;
    var reader = MessageReader.ofBody(bytes, bodyFrom, Math.max(bodyFrom, (int) Math.min(end, to)));
    try {
      atName(bytes[from], reader).skipString();
    } catch (WireViolation e) {
      if (end <= to) {
        throw e;
      }
      return -1;
    }
    return reader.position() - from;
  }

  /**
   * The bytes {@code bytes[from, to)}, which are the beginning of a message at least up to {@link
   * #headLength}, with another name; the length field counts the whole message with that name.
   */
  public static byte[] renameHead(byte[] bytes, int from, int to, byte[] newName) {
    int nameEnd = from + headLength(bytes, from, to) - 1;
    if (nameEnd < from) {
      throw new WireViolation("incomplete message");
    }
    int nameFrom =
        atName(
                bytes[from],
                MessageReader.ofBody(bytes, from + MessageScanner.HEADER_BYTES, nameEnd + 1))
            .position();
    for (byte b : newName) {
      if (b == 0) {
        throw new IllegalArgumentException("zero byte in a statement's name");
      }
    }
    int grown = newName.length - (nameEnd - nameFrom);
    long length = (long) Int32.read(bytes, from + 1) + grown;
    if (length > MessageScanner.PROTOCOL_LENGTH_MAX) {
      throw new WireViolation("message too long to rename its statement");
    }
    byte[] renamed = new byte[to - from + grown];
    int head = nameFrom - from;
    System.arraycopy(bytes, from, renamed, 0, head);
    System.arraycopy(newName, 0, renamed, head, newName.length);
    System.arraycopy(bytes, nameEnd, renamed, head + newName.length, to - nameEnd);
    Int32.write(renamed, 1, (int) length);
    return renamed;
  }

  /** What a whole Parse prepares: everything behind the name. */
  public static StatementDefinition definition(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(Frontend.PARSE, bytes, from, to);
    reader.skipString();
    int definitionFrom = reader.position();
    int textEnd = reader.skipString();
    int types = reader.uint16();
    if (reader.left() != 4 * types) {
      throw new WireViolation("invalid message format");
    }
    return new StatementDefinition(
        Arrays.copyOfRange(bytes, definitionFrom, to), textEnd - definitionFrom);
  }

  /** The text of a whole Parse, without its zero byte. */
  public static byte[] text(byte[] bytes, int from, int to) {
    var reader = MessageReader.of(Frontend.PARSE, bytes, from, to);
    reader.skipString();
    return reader.string();
  }

  private static MessageReader atName(byte type, MessageReader reader) {
    switch (type) {
      case Frontend.PARSE -> {}
      case Frontend.BIND -> reader.skipString();
      case Frontend.DESCRIBE, Frontend.CLOSE -> reader.int8();
      default -> throw noName(type);
    }
    return reader;
  }

  private static IllegalArgumentException noName(byte type) {
    return new IllegalArgumentException(
        "message type 0x" + Integer.toHexString(type & 0xff) + " has no such name");
  }
}
