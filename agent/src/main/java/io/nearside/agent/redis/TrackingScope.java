package io.nearside.agent.redis;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * Which writes a tracking connection sees: those of one server whose keys begin with one of these
 * prefixes. Sidecars of equal scopes may track for each other.
 *
 * @param server see {@link ServerId}
 * @param prefixes in order; none for every key
 */
record TrackingScope(String server, List<byte[]> prefixes) {
  private static final int HASH_BYTES = 8;

  TrackingScope {
    prefixes = prefixes.stream().sorted(Arrays::compareUnsigned).toList();
  }

  /** Whether others can know that they speak with the same server. */
  boolean isShared() {
    return !server.equals(ServerId.NONE);
  }

  /** As it travels on the bus. */
  String name() {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      for (byte[] prefix : prefixes) {
        sha.update(ByteBuffer.allocate(4).putInt(0, prefix.length));
        sha.update(prefix);
      }
      return server + ":" + HexFormat.of().formatHex(sha.digest(), 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
