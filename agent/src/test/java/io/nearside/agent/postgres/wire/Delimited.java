package io.nearside.agent.postgres.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Drives a scanner as a session does (what is not consumed is kept and given again) and puts the
 * pieces together again.
 */
final class Delimited {
  static final String VIOLATION = "violation";

  private Delimited() {}

  /**
   * The messages in {@code bytes}, given up to each of {@code cuts} in turn: type and bytes in hex;
   * then what was left, or that there was a violation.
   */
  static List<String> of(byte[] bytes, int lengthMax, int... cuts) {
    var scanner = new MessageScanner(lengthMax);
    var found = new ArrayList<String>();
    var message = new StringBuilder();
    int consumed = 0;
    try {
      for (int cut : cuts) {
        // An array of exactly what has come: a read past it would throw.
        byte[] come = Arrays.copyOf(bytes, cut);
        while (scanner.next(come, consumed, cut)) {
          check(scanner.pieceFrom() == consumed, "pieces adjoin");
          check(scanner.pieceTo() > consumed && scanner.pieceTo() <= cut, "pieces lie in range");
          check(scanner.starts() == message.isEmpty(), "only the first piece starts");
          check(scanner.ends() == scanner.betweenMessages(), "what ends is over");
          consumed = scanner.pieceTo();
          message.append(HexFormat.of().formatHex(come, scanner.pieceFrom(), consumed));
          check(
              message.length() / 2 + scanner.bytesLeft() == scanner.messageLength(),
              "what has come and what is to come is the message");
          if (scanner.ends()) {
            found.add((char) scanner.type() + " " + message);
            message.setLength(0);
          }
        }
      }
    } catch (WireViolation e) {
      found.add(VIOLATION);
      return found;
    }
    found.add("left " + message + HexFormat.of().formatHex(bytes, consumed, bytes.length));
    return found;
  }

  /** The same without a scanner: the definition in the manual, word by word. */
  static List<String> reference(byte[] bytes, int lengthMax) {
    var found = new ArrayList<String>();
    int at = 0;
    while (bytes.length - at >= 5) {
      long length =
          (long) (bytes[at + 1] & 0xff) << 24
              | (bytes[at + 2] & 0xff) << 16
              | (bytes[at + 3] & 0xff) << 8
              | (bytes[at + 4] & 0xff);
      if (length < 4 || length > lengthMax) {
        found.add(VIOLATION);
        return found;
      }
      if (at + 1 + length > bytes.length) {
        break;
      }
      int end = (int) (at + 1 + length);
      found.add((char) bytes[at] + " " + HexFormat.of().formatHex(bytes, at, end));
      at = end;
    }
    found.add("left " + HexFormat.of().formatHex(bytes, at, bytes.length));
    return found;
  }

  /** The whole messages of a stream that has nothing else. */
  static List<byte[]> messages(byte[] bytes) {
    var found = new ArrayList<byte[]>();
    var scanner = new MessageScanner(MessageScanner.PROTOCOL_LENGTH_MAX);
    int at = 0;
    while (scanner.next(bytes, at, bytes.length)) {
      check(scanner.ends(), "a whole message");
      found.add(Arrays.copyOfRange(bytes, scanner.pieceFrom(), scanner.pieceTo()));
      at = scanner.pieceTo();
    }
    check(at == bytes.length, "nothing left");
    return found;
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
