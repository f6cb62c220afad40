package io.nearside.agent.postgres.wire;

/**
 * The peer sent bytes that are not protocol 3: a hostile length, a string without its end, fields
 * that do not fill their message. After one, the stream can not be delimited any more. The message
 * says what was wrong in the server's words where the server has some, never what the bytes were.
 */
public final class WireViolation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public WireViolation(String message) {
    // No stack trace: a peer makes as many of these as it likes.
    super(message, null, false, false);
  }
}
