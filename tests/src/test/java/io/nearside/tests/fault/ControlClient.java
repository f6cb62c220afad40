package io.nearside.tests.fault;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.stack.RawRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An ordinary client that goes on working while others misbehave: each value that it writes it must
 * read back, on one connection, within a bound. A thread of its own from its making to {@link
 * #close}.
 */
final class ControlClient implements AutoCloseable {
  /** Longest wait for an answer while others misbehave, on a machine that others use as well. */
  static final Duration BOUND = Duration.ofSeconds(5);

  private static final String KEY = "control:e1f0c2";
  private static final long PAUSE_NANOS = 1_000_000;

  private final Thread thread;
  private volatile boolean closed;
  private final AtomicLong rounds = new AtomicLong();
  private final AtomicLong worstNanos = new AtomicLong();
  private volatile @Nullable Throwable failure;

  ControlClient(HostileTarget target) {
    thread = Thread.ofPlatform().name("control-client").daemon(true).start(() -> work(target));
  }

  private void work(HostileTarget target) {
    try (RawRedis connection = target.connect()) {
      while (!closed) {
        String value = "value-" + rounds.get();
        expect("+OK\r\n", connection, "SET", KEY, value);
        expect("$" + value.length() + "\r\n" + value + "\r\n", connection, "GET", KEY);
        expect("$" + value.length() + "\r\n" + value + "\r\n", connection, "GET", KEY);
        rounds.incrementAndGet();
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      failure = e;
    }
  }

  private void expect(String answer, RawRedis connection, String... command) throws IOException {
    long start = System.nanoTime();
    String actual = connection.ask(command);
    worstNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
    if (!actual.equals(answer)) {
      throw new AssertionError(String.join(" ", command) + " was answered " + actual);
    }
  }

  /** How often it has written and read since it began. */
  long rounds() {
    return rounds.get();
  }

  /** That it got right answers in time, and still gets them. */
  void assertServed() {
    long before = rounds.get();
    long deadline = System.nanoTime() + BOUND.toNanos();
    while (rounds.get() < before + 2 && failure == null && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    assertNull(failure, () -> "the control client failed after " + rounds + " rounds: " + failure);
    assertTrue(rounds.get() >= before + 2, "the control client hangs after " + rounds + " rounds");
    assertTrue(
        worstNanos.get() <= BOUND.toNanos(), "longest wait, ms: " + worstNanos.get() / 1_000_000);
  }

  /** For the output: what was seen. */
  @Override
  public String toString() {
    return "%,d rounds, longest wait %,d ms".formatted(rounds.get(), worstNanos.get() / 1_000_000);
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(BOUND);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
