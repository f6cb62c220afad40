package io.nearside.tests.postgres.ryw;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Which versions of one counter were tried and acknowledged, by whom and when. Whoever holds {@link
 * #writing} is its only writer, so that versions are acknowledged in their order. Safe from any
 * thread.
 */
final class KeyLedger {
  /** Held from before a write is sent until it is acknowledged or given up. */
  final ReentrantLock writing = new ReentrantLock();

  private final Map<Long, Long> bySession = new HashMap<>();
  private final Map<Integer, Long> bySidecar = new HashMap<>();
  private final NavigableMap<Long, Long> byNanos = new TreeMap<>();
  private long issued;

  /** The next version, not yet written. */
  synchronized long issue() {
    return ++issued;
  }

  /** The highest version that can be anywhere. */
  synchronized long issued() {
    return issued;
  }

  synchronized void acknowledged(long version, Reader by, long nowNanos) {
    bySession.put(by.session(), version);
    bySidecar.put(by.sidecar(), version);
    byNanos.put(nowNanos, version);
  }

  /** The lowest version that a read which begins now may give. */
  synchronized long floor(Promise promise, Reader by, long nowNanos, long stalenessNanos) {
    return switch (promise) {
      case NONE -> 0;
      case SESSION -> session(by);
      case POD -> pod(by);
      case CLUSTER -> {
        var old = byNanos.floorEntry(nowNanos - stalenessNanos);
        yield Math.max(pod(by), old == null ? 0 : old.getValue());
      }
    };
  }

  private long session(Reader by) {
    return bySession.getOrDefault(by.session(), 0L);
  }

  private long pod(Reader by) {
    return Math.max(session(by), bySidecar.getOrDefault(by.sidecar(), 0L));
  }
}
