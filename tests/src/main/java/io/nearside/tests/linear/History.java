package io.nearside.tests.linear;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;

/** Records operations by one monotonic clock. Safe from any thread. */
final class History {
  private final LongSupplier nanoClock;
  private final ConcurrentLinkedQueue<Operation> ended = new ConcurrentLinkedQueue<>();

  History(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** To be called before the first byte of a command is sent. */
  Invocation invoke(String process) {
    return new Invocation(process, nanoClock.getAsLong());
  }

  /** What has ended so far. */
  List<Operation> operations() {
    return List.copyOf(ended);
  }

  /** A command that was sent. One thread. */
  final class Invocation {
    private final String process;
    private final long invokedNanos;
    private long returnedNanos = -1;

    private Invocation(String process, long invokedNanos) {
      this.process = process;
      this.invokedNanos = invokedNanos;
    }

    /** To be called when the reply is there, before it is looked at. */
    void returned() {
      returnedNanos = nanoClock.getAsLong();
    }

    /** Once for each key. */
    void end(String key, Action action, Operation.Outcome outcome) {
      if (returnedNanos < 0) {
        returned();
      }
      ended.add(new Operation(process, key, action, invokedNanos, returnedNanos, outcome));
    }
  }
}
