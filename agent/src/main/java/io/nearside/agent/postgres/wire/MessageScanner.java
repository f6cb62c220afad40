package io.nearside.agent.postgres.wire;

import java.util.Objects;

/**
 * Delimits the messages of one direction of one connection, in pieces as they arrive: type byte,
 * length, and a body of which nothing is kept, so that a message of any length streams through
 * (PostgreSQL manual, "Message Formats": Byte1 type, Int32 length that counts itself but not the
 * type). Resumable; allocates nothing per message. Stays on one event loop.
 *
 * <pre>
 *   between messages --next, header there--> piece (starts) --next--> pieces --> ... --> piece (ends)
 *          ^                                    |  unread                                    |
 *          +------------------------------------+--------------------------------------------+
 * </pre>
 */
public final class MessageScanner {
  /** Bytes of a header: type and length. */
  public static final int HEADER_BYTES = 5;

  /**
   * The largest length field that either peer of the protocol lets through: what fits in one
   * allocation of the server, 1 GiB - 1.
   */
  public static final int PROTOCOL_LENGTH_MAX = 0x3fffffff;

  private static final int LENGTH_MIN = 4;

  private final int lengthMax;

  private int bodyLeft;
  private byte type;
  private int messageLength;
  private int pieceFrom;
  private int pieceTo;
  private boolean starts;

  /**
   * Between messages.
   *
   * @param lengthMax the largest length field taken, 4..{@link #PROTOCOL_LENGTH_MAX} bytes
   */
  public MessageScanner(int lengthMax) {
    if (lengthMax < LENGTH_MIN || lengthMax > PROTOCOL_LENGTH_MAX) {
      throw new IllegalArgumentException(
          "lengthMax: " + lengthMax + " (expected 4.." + PROTOCOL_LENGTH_MAX + ")");
    }
    this.lengthMax = lengthMax;
  }

  /**
   * Moves on to the next piece of a message in {@code bytes[from, to)}: the header with what is
   * there of the body, or what is there of the rest of the body begun before. A message without a
   * body is one piece.
   *
   * @return false when there is none: {@code from == to}, or a message begins and fewer than its 5
   *     header bytes are there. Then nothing is consumed: the caller keeps the bytes and gives them
   *     again with more behind
   * @throws WireViolation if the length field is below 4 or above the limit; the scanner stays
   *     before that message for good
   */
  public boolean next(byte[] bytes, int from, int to) {
    Objects.checkFromToIndex(from, to, bytes.length);
    int there = to - from;
    if (bodyLeft > 0) {
      if (there == 0) {
        return false;
      }
      starts = false;
      take(from, Math.min(bodyLeft, there));
      bodyLeft -= pieceTo - pieceFrom;
      return true;
    }
    if (there < HEADER_BYTES) {
      return false;
    }
    int length = Int32.read(bytes, from + 1);
    if (length < LENGTH_MIN || length > lengthMax) {
      throw new WireViolation(
          "invalid message length " + length + " (expected 4.." + lengthMax + ")");
    }
    type = bytes[from];
    messageLength = length + 1;
    starts = true;
    take(from, Math.min(messageLength, there));
    bodyLeft = messageLength - (pieceTo - pieceFrom);
    return true;
  }

  private void take(int from, int count) {
    pieceFrom = from;
    pieceTo = from + count;
  }

  /** Type byte of the message that the piece belongs to. */
  public byte type() {
    return type;
  }

  /** Bytes of the whole message, type byte and length field included. */
  public int messageLength() {
    return messageLength;
  }

  /** Index of the piece's first byte; of the type byte where the piece {@link #starts}. */
  public int pieceFrom() {
    return pieceFrom;
  }

  /** Index after the piece's last byte. */
  public int pieceTo() {
    return pieceTo;
  }

  /** Whether the piece is the first of its message: it begins with the header. */
  public boolean starts() {
    return starts;
  }

  /** Whether the piece is the last of its message. */
  public boolean ends() {
    return bodyLeft == 0;
  }

  /** Bytes of the message that are still to come after the piece. */
  public int bytesLeft() {
    return bodyLeft;
  }

  /**
   * Takes the piece back: the scanner is where it was before the last {@link #next}. For callers
   * that want a whole message: they keep the bytes and give them again.
   *
   * @throws IllegalStateException if the last piece is not one that {@link #starts}, or was taken
   *     back already
   */
  public void unread() {
    if (!starts) {
      throw new IllegalStateException("no first piece to take back");
    }
    starts = false;
    bodyLeft = 0;
    pieceTo = pieceFrom;
  }

  /** Whether the next byte is the first of a message. */
  public boolean betweenMessages() {
    return bodyLeft == 0;
  }
}
