package io.nearside.cluster;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pulse on a thread that parks in between. */
final class ThreadPulse implements Pulse {
  private static final Logger LOG = LoggerFactory.getLogger(ThreadPulse.class);
  private static final long PAUSE_AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final String name;
  private volatile @Nullable Thread thread;
  private volatile boolean awake;
  private volatile boolean stopped;

  ThreadPulse(String name) {
    this.name = name;
  }

  @Override
  public void start(LongSupplier step) {
    thread = Thread.ofPlatform().name(name).daemon().start(() -> run(step));
  }

  @Override
  public void wake() {
    // Whoever finds it awake has enqueued before the step that follows clears the flag.
    if (!awake) {
      awake = true;
      LockSupport.unpark(thread);
    }
  }

  @Override
  public void stop() {
    stopped = true;
    awake = true;
    LockSupport.unpark(thread);
  }

  private void run(LongSupplier step) {
    while (!stopped) {
      awake = false;
      long pause = PAUSE_AFTER_FAILURE_NANOS;
      try {
        pause = step.getAsLong();
      } catch (RuntimeException e) {
        LOG.error("publishing failed, trying again", e);
      }
      if (!awake && pause > 0) {
        LockSupport.parkNanos(this, pause);
      }
    }
  }
}
