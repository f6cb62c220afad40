package io.nearside.agent.redis;

import java.util.concurrent.atomic.AtomicInteger;

/** How many upstream connections belong, or may belong, to one session; across all event loops. */
final class Pinned {
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final int max;

  Pinned(int max) {
    this.max = max;
  }

  boolean tryTake() {
    while (true) {
      int now = taken.get();
      if (now >= max) {
        return false;
      }
      if (taken.compareAndSet(now, now + 1)) {
        return true;
      }
    }
  }

  void released() {
    taken.decrementAndGet();
  }

  /** A session has begun to wait for a connection, in some lane. */
  void waits() {
    waiting.incrementAndGet();
  }

  void waitEnded() {
    waiting.decrementAndGet();
  }

  boolean isAwaited() {
    return waiting.get() > 0;
  }

  int taken() {
    return taken.get();
  }

  int max() {
    return max;
  }
}
