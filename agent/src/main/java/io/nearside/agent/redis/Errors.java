package io.nearside.agent.redis;

import java.nio.charset.StandardCharsets;

/** The sidecar's own replies, in RESP. */
final class Errors {
  static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);
  static final byte[] TOO_MANY_CLIENTS = error("ERR max number of clients reached");
  static final byte[] REPLICATION =
      error(
          "ERR nearside: replication does not go through a sidecar; connect to the server itself");
  static final byte[] REPLY_IN_MULTI =
      error("ERR nearside: CLIENT REPLY inside MULTI is not supported");
  static final byte[] EXEC_ABORTED =
      error("EXECABORT Transaction discarded because of previous errors.");
  static final byte[] BAD_NAME =
      error("ERR Client names cannot contain spaces, newlines or special characters.");
  static final byte[] TOO_MANY_LARGE =
      error("ERR nearside: too many large requests are being received at once");
  static final byte[] OUTCOME_UNKNOWN =
      error(
          "UNKNOWNOUTCOME nearside: the connection to Redis was lost after the command was sent; it"
              + " may or may not have been executed");
  static final byte[] READ_LOST =
      error("ERR nearside: the connection to Redis was lost before the reply came");

  private Errors() {}

  /** An error reply; line breaks in the text become blanks. */
  static byte[] error(String text) {
    return ("-" + text.replace('\r', ' ').replace('\n', ' ') + "\r\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  static byte[] denied(String command) {
    return error(
        "NOPERM nearside: this sidecar's configuration denies the '"
            + command.replace('|', ' ')
            + "' command");
  }

  static byte[] strongRefused(String why) {
    return error("TRYAGAIN nearside: strong write not possible now: " + why);
  }

  static byte[] unavailable(String why) {
    return error("ERR nearside: Redis is not available, the command was not sent: " + why);
  }

  static byte[] exhausted(long acquireMillis, int max) {
    return error(
        "ERR nearside: no upstream connection became free within "
            + acquireMillis
            + " ms (redis.upstream.pinnedConnectionsMax: "
            + max
            + ")");
  }

  static byte[] tooLarge(String command, int max) {
    return error(
        "ERR nearside: '"
            + command
            + "' may not be larger than redis.clients.requestBufferBytes ("
            + max
            + " bytes)");
  }
}
