package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.cluster.HeldKey;
import io.nearside.cluster.Hold;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The hold of one write of strongly consistent keys: from {@link #ask} until {@link #settle} no
 * sidecar answers them from memory, this one included, and none stores them. First the session that
 * waits for it owns it, then the {@link Write} that was sent under it.
 */
final class StrongWrite {
  private final Coherence coherence;
  private final List<Key.Stored> keys;
  private final long askedNanos;
  private @Nullable Hold hold;

  /**
   * @param keys none: every key
   */
  StrongWrite(Coherence coherence, List<Key.Stored> keys, long nowNanos) {
    this.coherence = coherence;
    this.keys = keys;
    this.askedNanos = nowNanos;
  }

  long askedNanos() {
    return askedNanos;
  }

  /**
   * Asks the peers; false when too many holds wait. To be settled in either case.
   *
   * @param granted runs on any thread
   */
  boolean ask(Runnable granted) {
    if (keys.isEmpty()) {
      coherence.cache().beginEpochWrite(true);
    } else {
      keys.forEach(coherence::beginWrite);
    }
    hold =
        coherence
            .bus()
            .hold(
                keys.stream().map(key -> new HeldKey(key.database(), key.canonical())).toList(),
                granted);
    return hold != null;
  }

  /** Whether the peers have nothing to say against the write any more. */
  boolean isGranted() {
    return hold != null && hold.isGranted();
  }

  /** The write is over, or will not be sent; once. */
  void settle() {
    if (hold != null) {
      hold.settle();
    }
    if (keys.isEmpty()) {
      coherence.cache().endEpochWrite(true);
    } else {
      keys.forEach(coherence.cache()::endWrite);
    }
  }
}
