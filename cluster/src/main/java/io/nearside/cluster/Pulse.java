package io.nearside.cluster;

import java.util.function.LongSupplier;

/**
 * Runs a bus's publishing step: as soon as it is woken, and again when as many nanoseconds have
 * passed as the step answered. Never runs it twice at once.
 */
public interface Pulse {

  /** The first run comes at once. Called once. */
  void start(LongSupplier step);

  /** Run soon. From any thread; cheap. */
  void wake();

  /** No run begins after this, but one may be under way. May be called from within the step. */
  void stop();

  /** On a daemon thread of its own. */
  static Pulse thread(String name) {
    return new ThreadPulse(name);
  }
}
