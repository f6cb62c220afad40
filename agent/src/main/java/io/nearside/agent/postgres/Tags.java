package io.nearside.agent.postgres;

import java.nio.charset.StandardCharsets;

/** What is asked of messages without decoding them. */
final class Tags {
  private static final byte[] ROLLBACK = "ROLLBACK\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] OURS = "\"nearside_".getBytes(StandardCharsets.US_ASCII);

  private static final byte[] FATAL = "VFATAL\0".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] PANIC = "VPANIC\0".getBytes(StandardCharsets.US_ASCII);

  private Tags() {}

  /** Whether the server closes the connection after this error. */
  static boolean isFatal(byte[] bytes, int from, int to) {
    for (int i = from + 5; i < to; i++) {
      if (bytes[i] == 'V'
          && bytes[i - 1] == 0
          && (startsWith(bytes, i, to, FATAL) || startsWith(bytes, i, to, PANIC))) {
        return true;
      }
    }
    return false;
  }

  /** Whether a CommandComplete says ROLLBACK, as it does of a COMMIT that failed, too. */
  static boolean isRollback(byte[] bytes, int from, int to) {
    return startsWith(bytes, from + 5, to, ROLLBACK);
  }

  /** Whether an error names a statement of ours. */
  static boolean namesOurs(byte[] bytes, int from, int to) {
    for (int i = from; i + OURS.length <= to; i++) {
      if (bytes[i] == OURS[0] && startsWith(bytes, i, to, OURS)) {
        return true;
      }
    }
    return false;
  }

  private static boolean startsWith(byte[] bytes, int from, int to, byte[] what) {
    if (to - from < what.length) {
      return false;
    }
    for (int i = 0; i < what.length; i++) {
      if (bytes[from + i] != what[i]) {
        return false;
      }
    }
    return true;
  }
}
