package io.nearside.agent.health;

import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;

/**
 * Asks every event loop in turn, several times a second, to run a task, and measures how long that
 * takes. One task waits in a loop at most, however wedged it is. Ticks on the context that called
 * {@link #start}, which must not be one of the watched loops; read from any thread.
 */
public final class EventLoopWatch {
  /** From one question to the next. */
  public static final long PERIOD_MILLIS = 100;

  /** A loop that has not answered for so long is wedged. */
  public static final long WEDGED_MILLIS = 1_000;

  private static final long HALF_MINUTE_NANOS = 30_000_000_000L;

  private final List<Loop> loops;
  private final LongSupplier nanoClock;
  private boolean stopped;

  /**
   * @param nanoClock monotonic, as {@link System#nanoTime()}
   */
  public EventLoopWatch(List<LoopProbe> probes, LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.loops = probes.stream().map(Loop::new).toList();
  }

  /** Begins to tick on the current context. */
  public void start(Vertx vertx) {
    tick();
    // Not periodic: after a pause of the whole process, missed ticks must not be made up for.
    vertx.setTimer(
        PERIOD_MILLIS,
        timer -> {
          if (!isStopped()) {
            start(vertx);
          }
        });
  }

  public synchronized void stop() {
    stopped = true;
  }

  private synchronized boolean isStopped() {
    return stopped;
  }

  void tick() {
    loops.forEach(Loop::tick);
  }

  /** In the order of the probes. */
  public List<LoopState> states() {
    return loops.stream().map(Loop::state).toList();
  }

  private final class Loop {
    private final LoopProbe probe;
    private boolean waiting;
    private long askedNanos;
    // Counted in ticks too: while the whole process is stopped no loop can be blamed.
    private int ticksWaited;
    private long lagNanos;
    private long worstNow;
    private long worstBefore;
    private long windowNanos = nanoClock.getAsLong();

    Loop(LoopProbe probe) {
      this.probe = probe;
    }

    void tick() {
      if (ask()) {
        try {
          probe.loop().execute(this::answered);
        } catch (RejectedExecutionException closed) {
          answered(); // the loop has been closed in good order: nothing turns in it
        }
      }
    }

    private synchronized boolean ask() {
      long now = nanoClock.getAsLong();
      if (now - windowNanos >= HALF_MINUTE_NANOS) {
        worstBefore = worstNow;
        worstNow = 0;
        windowNanos = now;
      }
      if (waiting) {
        ticksWaited++;
        worstNow = Math.max(worstNow, now - askedNanos);
        return false;
      }
      waiting = true;
      askedNanos = now;
      ticksWaited = 0;
      return true;
    }

    private synchronized void answered() {
      waiting = false;
      lagNanos = nanoClock.getAsLong() - askedNanos;
      worstNow = Math.max(worstNow, lagNanos);
    }

    synchronized LoopState state() {
      long unanswered = waiting ? nanoClock.getAsLong() - askedNanos : 0;
      boolean wedged =
          unanswered >= WEDGED_MILLIS * 1_000_000
              && ticksWaited >= WEDGED_MILLIS / PERIOD_MILLIS - 1;
      return new LoopState(
          probe.name(), lagNanos, Math.max(worstNow, worstBefore), unanswered, wedged);
    }
  }
}
