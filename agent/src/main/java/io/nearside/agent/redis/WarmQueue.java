package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.cache.warm.HotRead;
import io.nearside.agent.cache.warm.Pace;
import io.vertx.core.Context;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads that wait to be warmed, and go upstream in batches: one batch at a time, no faster than its
 * rate, and none while the fence is closed. Stays on its context but for {@link #size}.
 */
final class WarmQueue {
  private static final int ATTEMPTS_MAX = 3;
  private static final long PAUSE_MILLIS = 50;
  // So that a long list of what is held already does not hold up the loop.
  private static final int LOOKED_AT_ONCE_MAX = 1_000;

  /**
   * One read.
   *
   * @param refresh whether it is read although it is held
   * @param attempt how often it has failed
   */
  record Job(HotRead read, boolean refresh, int attempt) {
    static Job of(HotRead read) {
      return new Job(read, false, 0);
    }
  }

  /** What its owner decides. */
  interface Owner {
    /** Whether this is the sidecar to read it; if not, it is put aside. */
    default boolean takes(Job job) {
      return true;
    }

    /** Nothing waits and nothing is on its way. */
    default void idle() {}
  }

  private record Sent(Job job, Warmable warmable) {}

  private final Context context;
  private final RedisFace face;
  private final WarmCounts counts;
  private final DoubleSupplier keysPerSecond;
  private final BooleanSupplier paused;
  private final Owner owner;
  private final Warmable.Judge judge;
  private final Key.Probe probe = new Key.Probe();
  private final ArrayDeque<Job> jobs = new ArrayDeque<>();
  private final List<Job> stored = new ArrayList<>();
  private final Pace pace;
  private volatile int size;
  private int nextLoop;
  private boolean busy;

  /**
   * @param keysPerSecond asked before each batch
   * @param paused asked before each batch
   */
  WarmQueue(
      Context context,
      RedisFace face,
      WarmCounts counts,
      DoubleSupplier keysPerSecond,
      BooleanSupplier paused,
      Owner owner) {
    this.context = context;
    this.face = face;
    this.counts = counts;
    this.keysPerSecond = keysPerSecond;
    this.paused = paused;
    this.owner = owner;
    this.judge = new Warmable.Judge(face);
    this.pace = new Pace(1, System.nanoTime());
  }

  /** Puts reads at the end, and begins. */
  void add(Collection<Job> more) {
    jobs.addAll(more);
    stored.clear();
    size = jobs.size();
    if (!busy) {
      busy = true;
      next();
    }
  }

  /** Whether anything waits or is on its way. */
  boolean isBusy() {
    return busy;
  }

  /** How many wait; from any thread. */
  int size() {
    return size;
  }

  /** Those that were stored since the last {@link #add} and are not held any more. */
  List<Job> lost() {
    return stored.stream().filter(job -> !isHeld(judge.of(job.read))).toList();
  }

  private void next() {
    long now = System.nanoTime();
    pace.keysPerSecond(keysPerSecond.getAsDouble());
    if (jobs.isEmpty()) {
      busy = false;
      owner.idle();
    } else if (paused.getAsBoolean() || !face.fence().open(now)) {
      after(PAUSE_MILLIS);
    } else if (pace.waitNanos(now) > 0) {
      after(pace.waitNanos(now) / 1_000_000 + 1);
    } else {
      List<Sent> batch = take(pace.batch(face.settings().config().redis().warm().batch()));
      size = jobs.size();
      if (batch.isEmpty()) {
        context.runOnContext(v -> next());
      } else {
        pace.sent(batch.size(), now);
        send(batch);
      }
    }
  }

  private void after(long millis) {
    context.owner().setTimer(millis, timer -> context.runOnContext(v -> next()));
  }

  private List<Sent> take(int max) {
    List<Sent> batch = new ArrayList<>();
    for (int looked = 0; looked < LOOKED_AT_ONCE_MAX && batch.size() < max; looked++) {
      Job job = jobs.poll();
      if (job == null) {
        break;
      }
      if (owner.takes(job)) {
        Warmable warmable = judge.of(job.read);
        if (warmable == null || (!job.refresh && isHeld(warmable))) {
          counts.skipped.increment();
        } else {
          batch.add(new Sent(job, warmable));
        }
      }
    }
    return batch;
  }

  private boolean isHeld(@Nullable Warmable warmable) {
    return warmable != null
        && face.cache()
            .holds(
                warmable.key(probe),
                warmable.scope().id(),
                warmable.read().frame(),
                System.nanoTime());
  }

  private void send(List<Sent> batch) {
    List<RedisLoop> loops = face.loops();
    if (loops.isEmpty()) {
      jobs.clear();
      context.runOnContext(v -> next());
      return;
    }
    nextLoop = (nextLoop + 1) % loops.size();
    RedisLoop loop = loops.get(nextLoop);
    var outcomes = new WarmRead.Outcome[batch.size()];
    var owed = new AtomicInteger(batch.size());
    loop.run(
        () -> {
          loop.tick();
          for (int i = 0; i < outcomes.length; i++) {
            int at = i;
            read(
                loop,
                batch.get(at).warmable,
                outcome -> {
                  outcomes[at] = outcome;
                  if (owed.decrementAndGet() == 0) {
                    context.runOnContext(v -> ended(batch, outcomes));
                  }
                });
          }
        });
  }

  /** Asks for one, on its loop. */
  private void read(RedisLoop loop, Warmable warmable, Consumer<WarmRead.Outcome> ended) {
    Lane lane = loop.lane(warmable.scope());
    byte[] frame = warmable.read().frame();
    if (loop.isClosing() || lane.isTtlRefused()) {
      ended.accept(WarmRead.Outcome.FAILED);
      return;
    }
    UpstreamConnection connection = lane.shared();
    if (!connection.hasRoom()) {
      ended.accept(WarmRead.Outcome.FAILED);
      return;
    }
    if (connection.flight(frame, 0, frame.length) != null) {
      // A client asks for it right now.
      ended.accept(WarmRead.Outcome.STORED);
      return;
    }
    NearCache cache = loop.coherence().cache();
    var fill = cache.beginFill(warmable.key(new Key.Probe()), warmable.scope().id(), frame);
    if (fill == null) {
      ended.accept(WarmRead.Outcome.FAILED);
      return;
    }
    var filling = new Filling(loop, fill, warmable.policy());
    var read = new WarmRead(filling, ended);
    byte[] pttl = warmable.pttl();
    counts.read.increment();
    connection.send(pttl, 0, pttl.length, filling.ttl());
    connection.send(frame, 0, frame.length, read);
    connection.flightBegun(read.flight());
  }

  private void ended(List<Sent> batch, WarmRead.Outcome[] outcomes) {
    for (int i = 0; i < outcomes.length; i++) {
      Job job = batch.get(i).job;
      switch (outcomes[i]) {
        case STORED -> {
          counts.stored.increment();
          stored.add(job);
        }
        case NOT_KEPT -> {}
        case FAILED -> {
          if (job.attempt + 1 < ATTEMPTS_MAX) {
            jobs.add(new Job(job.read, job.refresh, job.attempt + 1));
          } else {
            counts.failed.increment();
          }
        }
      }
    }
    size = jobs.size();
    next();
  }
}
