package io.nearside.agent.cache;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the cache holds for one key: a raw reply for each exact command line that was asked, per
 * scope. A fill makes a new one.
 *
 * @param epoch the cache's epoch when the first reply was filled; an entry of an older epoch is
 *     unreachable
 * @param variants newest first
 */
@SuppressWarnings(
    "ArrayRecordComponent") // compared by identity or by content, never by the record's equals
record Entry(long epoch, Variant[] variants) {

  // Object headers, references, map node and Caffeine's bookkeeping, as measured with compact
  // headers.
  private static final int ENTRY_BYTES = 160;
  private static final int VARIANT_BYTES = 96;

  /** One reply; nothing of it changes but the count of its hits. */
  static final class Variant {
    private final int scope;
    private final int hash;
    private final byte[] frame;
    private final byte[] reply;
    private final long filledNanos;
    private final long expiresNanos;
    // Raced for by the event loops: some hits are lost, and nothing but an order rests on it.
    private int hits;

    /**
     * @param scope who asked, in which protocol: replies are not shared across scopes
     * @param hash of {@code frame}
     * @param frame the command line as the client sent it
     * @param expiresNanos when it must not be served any more, by {@link System#nanoTime()}
     */
    Variant(int scope, int hash, byte[] frame, byte[] reply, long filledNanos, long expiresNanos) {
      this.scope = scope;
      this.hash = hash;
      this.frame = frame;
      this.reply = reply;
      this.filledNanos = filledNanos;
      this.expiresNanos = expiresNanos;
    }

    int scope() {
      return scope;
    }

    byte[] frame() {
      return frame;
    }

    byte[] reply() {
      return reply;
    }

    long filledNanos() {
      return filledNanos;
    }

    long expiresNanos() {
      return expiresNanos;
    }

    void hit() {
      hits++;
    }

    /** Hits since the last call. */
    int takeHits() {
      int taken = hits;
      hits = 0;
      return taken;
    }

    boolean is(int scope, byte[] bytes, int from, int to) {
      return this.scope == scope && Arrays.equals(frame, 0, frame.length, bytes, from, to);
    }
  }

  @Nullable Variant find(int scope, byte[] bytes, int from, int to) {
    if (variants.length == 1) {
      Variant only = variants[0];
      return only.is(scope, bytes, from, to) ? only : null;
    }
    int hash = Key.hash(bytes, from, to - from);
    for (Variant variant : variants) {
      if (variant.hash == hash && variant.is(scope, bytes, from, to)) {
        return variant;
      }
    }
    return null;
  }

  /** Whether the same command line was filled by another read after {@code fill} began. */
  boolean filledSince(Fill fill) {
    Variant other = find(fill.scope, fill.frame, 0, fill.frame.length);
    return other != null && other.filledNanos - fill.startedNanos >= 0;
  }

  /**
   * This entry with {@code added} in front, without its older self and without the oldest beyond
   * {@code max}.
   */
  Entry with(Variant added, int max) {
    Variant[] next = new Variant[Math.min(variants.length + 1, max)];
    next[0] = added;
    int n = 1;
    for (Variant variant : variants) {
      if (n < next.length
          && !(variant.hash == added.hash
              && variant.is(added.scope, added.frame, 0, added.frame.length))) {
        next[n++] = variant;
      }
    }
    return new Entry(epoch, n == next.length ? next : Arrays.copyOf(next, n));
  }

  /** Bytes on the heap, an estimate that errs upwards. */
  int weight(Key key) {
    long bytes = ENTRY_BYTES + (long) key.length;
    for (Variant variant : variants) {
      bytes += VARIANT_BYTES + (long) variant.frame.length + variant.reply.length;
    }
    return (int) Math.min(Integer.MAX_VALUE, bytes);
  }
}
