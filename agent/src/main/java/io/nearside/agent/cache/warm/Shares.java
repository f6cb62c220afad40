package io.nearside.agent.cache.warm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;

/**
 * Who of several newcomers reads what: rendezvous hashing, so that all who know of the same
 * newcomers agree without a word, and one more or less moves only its own share.
 */
public final class Shares {
  private static final long OFFSET = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private Shares() {}

  /**
   * Whether {@code self} is the one of {@code self} and {@code others} that reads this.
   *
   * @param self name of a sidecar, the same wherever it is named
   */
  public static boolean owns(String self, Collection<String> others, HotRead read) {
    long key = key(read);
    long own = weight(self, key);
    for (String other : others) {
      long weight = weight(other, key);
      if (weight > own || (weight == own && other.compareTo(self) < 0)) {
        return false;
      }
    }
    return true;
  }

  // Not Key.hash, which is seeded per process.
  private static long key(HotRead read) {
    return mix((31L * read.database() + read.protocol()) ^ Arrays.hashCode(read.frame()));
  }

  private static long weight(String sidecar, long key) {
    long hash = OFFSET;
    for (byte b : sidecar.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ b) * PRIME;
    }
    return mix(hash ^ key);
  }

  /** SplitMix64's finaliser: every bit of the input reaches every bit of the result. */
  private static long mix(long value) {
    long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
