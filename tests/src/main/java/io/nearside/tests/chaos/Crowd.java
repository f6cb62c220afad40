package io.nearside.tests.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Virtual threads that do one thing over and over until they are told to stop. */
final class Crowd {
  private static final long AFTER_REFUSAL_NANOS = 1_000_000;

  private final List<Thread> threads = new ArrayList<>();
  private final LongAdder done = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private volatile boolean stopped;

  /** One round of hostility; an exception is the other side's right. */
  @FunctionalInterface
  interface Round {
    void perform(BooleanSupplier goesOn) throws IOException;
  }

  /** Adds so many who do the same. */
  void join(int count, Round round) {
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofVirtual().name("crowd").start(() -> repeat(round)));
    }
  }

  private void repeat(Round round) {
    while (!stopped) {
      try {
        round.perform(() -> !stopped);
        done.increment();
      } catch (IOException rejected) {
        refused.increment();
        LockSupport.parkNanos(AFTER_REFUSAL_NANOS);
      }
    }
  }

  /** Ends all and waits for them; gives rounds done and refused. */
  String stop() {
    stopped = true;
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return "%,d done, %,d refused".formatted(done.sum(), refused.sum());
  }
}
