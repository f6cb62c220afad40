package io.nearside.agent.cache.warm;

import java.util.Arrays;

/**
 * A read that is worth warming: its exact command line, and where it was asked. Equal by content.
 *
 * @param database number
 * @param protocol 2 or 3
 * @param frame the command line; not copied, not to be changed; at most {@value #FRAME_BYTES_MAX}
 *     bytes where it travels
 */
@SuppressWarnings("ArrayRecordComponent") // compared by content, below
public record HotRead(int database, int protocol, byte[] frame) {
  /** A longer command line is not worth its bytes. */
  public static final int FRAME_BYTES_MAX = 2048;

  @Override
  public boolean equals(Object other) {
    return other instanceof HotRead that
        && database == that.database
        && protocol == that.protocol
        && Arrays.equals(frame, that.frame);
  }

  @Override
  public int hashCode() {
    return (31 * database + protocol) * 31 + Arrays.hashCode(frame);
  }

  @Override
  public String toString() {
    // Keys are nobody's business in a log.
    return "HotRead[database=" + database + ", protocol=" + protocol + "]";
  }
}
