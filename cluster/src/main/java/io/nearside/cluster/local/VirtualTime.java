package io.nearside.cluster.local;

import io.nearside.cluster.Pulse;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Time that passes only when it is told to: everything due runs in the thread that advances it, in
 * an order that depends on the seed alone. For one thread.
 */
public final class VirtualTime implements HubTime {
  /** Some day; the same in each run. */
  private static final long WALL_START_NANOS = 1_700_000_000_000_000_000L;

  private record Task(long atNanos, long order, Runnable action) {}

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.comparingLong(Task::atNanos).thenComparingLong(Task::order));
  private final Random random;
  private long now;
  private long order;

  /**
   * @param seed for {@link #random()}
   */
  public VirtualTime(long seed) {
    random = new Random(seed);
  }

  @Override
  public long nanos() {
    return now;
  }

  @Override
  public long wallNanos() {
    return WALL_START_NANOS + now;
  }

  /** Never runs it in the caller's frame: whoever is due first runs first. */
  @Override
  public void after(long delayNanos, Runnable task) {
    tasks.add(new Task(now + Math.max(0, delayNanos), order++, task));
  }

  /** Lets this much time pass, and runs what falls due in it. */
  public void advance(long nanos) {
    long end = now + nanos;
    for (Task next = tasks.peek(); next != null && next.atNanos <= end; next = tasks.peek()) {
      tasks.remove();
      now = next.atNanos;
      next.action.run();
    }
    now = end;
  }

  @Override
  public Pulse pulse() {
    return new VirtualPulse();
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  private final class VirtualPulse implements Pulse {
    private @Nullable LongSupplier step;
    private long due = Long.MAX_VALUE;
    private boolean stopped;

    @Override
    public void start(LongSupplier first) {
      step = first;
      runIn(0);
    }

    @Override
    public void wake() {
      runIn(0);
    }

    @Override
    public void stop() {
      stopped = true;
    }

    private void runIn(long nanos) {
      LongSupplier next = step;
      long at = now + Math.max(0, nanos);
      if (next == null || at >= due) {
        return;
      }
      due = at;
      after(nanos, () -> run(at, next));
    }

    private void run(long at, LongSupplier next) {
      // One that was overtaken by an earlier wake finds another due time.
      if (!stopped && due == at) {
        due = Long.MAX_VALUE;
        runIn(next.getAsLong());
      }
    }
  }
}
