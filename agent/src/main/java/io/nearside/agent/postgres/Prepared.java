package io.nearside.agent.postgres;

import java.nio.charset.StandardCharsets;

/**
 * A statement that was parsed by name: its text and parameter types, shared by all clients that
 * prepare the same. Compared by identity.
 */
final class Prepared {
  private static final byte[] PREFIX = "nearside_".getBytes(StandardCharsets.US_ASCII);

  private final byte[] body;
  private final byte[] serverName;
  private final StatementText text;

  /**
   * @param number tells it from all others of this process
   * @param body what stands behind the name in its Parse message
   */
  Prepared(long number, byte[] body, StatementText text) {
    this.body = body;
    byte[] digits = Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    serverName = new byte[PREFIX.length + digits.length];
    System.arraycopy(PREFIX, 0, serverName, 0, PREFIX.length);
    System.arraycopy(digits, 0, serverName, PREFIX.length, digits.length);
    this.text = text;
  }

  /** Text, terminator and parameter types, as in the Parse message. */
  byte[] body() {
    return body;
  }

  /** Its name on connections that clients share. */
  byte[] serverName() {
    return serverName;
  }

  StatementText text() {
    return text;
  }

  /** A Parse message for it under a name. */
  byte[] parseMessage(byte[] name) {
    int length = 4 + name.length + 1 + body.length;
    byte[] message = new byte[1 + length];
    message[0] = 'P';
    message[1] = (byte) (length >>> 24);
    message[2] = (byte) (length >>> 16);
    message[3] = (byte) (length >>> 8);
    message[4] = (byte) length;
    System.arraycopy(name, 0, message, 5, name.length);
    System.arraycopy(body, 0, message, 6 + name.length, body.length);
    return message;
  }
}
