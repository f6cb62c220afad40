package io.nearside.agent.cache;

import org.jspecify.annotations.Nullable;

/**
 * Who invalidated a key last, for people: one note per stripe, overwritten without a lock. A note
 * may be lost or, seldom, torn between two writers; nothing but an explanation rests on it.
 */
final class InvalidationNotes {
  private final @Nullable String[] by;
  private final int[] hashes;
  private final long[] atNanos;

  /** A note read back. */
  record Note(String by, long ageMillis) {}

  InvalidationNotes(int stripes) {
    by = new @Nullable String[stripes];
    hashes = new int[stripes];
    atNanos = new long[stripes];
  }

  void note(int stripe, int hash, String who, long nowNanos) {
    hashes[stripe] = hash;
    atNanos[stripe] = nowNanos;
    by[stripe] = who;
  }

  @Nullable Note describe(int stripe, int hash, long nowNanos) {
    String who = by[stripe];
    return who == null || hashes[stripe] != hash
        ? null
        : new Note(who, (nowNanos - atNanos[stripe]) / 1_000_000);
  }
}
