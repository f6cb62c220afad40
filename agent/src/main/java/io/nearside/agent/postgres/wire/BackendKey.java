package io.nearside.agent.postgres.wire;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * What cancels a query: a process id and a secret of 4 bytes in protocol 3.0, of 4 to 256 in 3.2
 * (PostgreSQL manual, BackendKeyData and CancelRequest). Immutable; compared without telling by
 * time how much of the secret was right; prints no secret.
 */
public final class BackendKey {
  public static final int KEY_BYTES_MIN = 4;
  public static final int KEY_BYTES_MAX = 256;

  private final int processId;
  private final byte[] key;

  /**
   * The secret is copied.
   *
   * @throws WireViolation if the secret has not 4 to 256 bytes
   */
  public BackendKey(int processId, byte[] key) {
    if (key.length < KEY_BYTES_MIN || key.length > KEY_BYTES_MAX) {
      throw new WireViolation(
          "invalid cancel key length " + key.length + " (expected 4.." + KEY_BYTES_MAX + ")");
    }
    this.processId = processId;
    this.key = key.clone();
  }

  public int processId() {
    return processId;
  }

  /** A copy of the secret. */
  public byte[] key() {
    return key.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof BackendKey that
        && processId == that.processId
        && MessageDigest.isEqual(key, that.key);
  }

  @Override
  public int hashCode() {
    return 31 * processId + Arrays.hashCode(key);
  }

  @Override
  public String toString() {
    return "BackendKey[processId=" + processId + "]";
  }
}
