package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import java.util.Arrays;

/**
 * A command line as a map key: a byte range, compared by content. Reusable as a probe until it is
 * put into a map.
 */
final class FrameKey {
  private byte[] bytes = {};
  private int from;
  private int to;
  private int hash;

  FrameKey set(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.from = from;
    this.to = to;
    this.hash = Key.hash(bytes, from, to - from);
    return this;
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FrameKey that
        && hash == that.hash
        && Arrays.equals(bytes, from, to, that.bytes, that.from, that.to);
  }
}
