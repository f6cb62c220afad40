package io.nearside.tests.coherence;

import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A run as it is seen by what disturbs it. One thread. */
public final class RunView {
  private static final long LOCK_WAIT_MILLIS = 20_000;
  private static final long POLL_NANOS = 20_000_000;

  private final WorkloadKeys keys;
  private final CoherenceChecker checker;
  private final Mishaps mishaps;
  private final Supplier<FleetConnection> direct;
  private final BooleanSupplier running;

  RunView(
      WorkloadKeys keys,
      CoherenceChecker checker,
      Mishaps mishaps,
      Supplier<FleetConnection> direct,
      BooleanSupplier running) {
    this.keys = keys;
    this.checker = checker;
    this.mishaps = mishaps;
    this.direct = direct;
    this.running = running;
  }

  /** Whether the run goes on: its time is not over, and not enough rules were broken to end it. */
  public boolean running() {
    return running.getAsBoolean();
  }

  /** How many errors the clients of sidecars saw so far instead of answers. */
  public long errors() {
    return mishaps.throughSidecars();
  }

  /** Waits, but not beyond the end of the run. */
  public void pause(Duration pause) {
    long end = System.nanoTime() + pause.toNanos();
    for (long rest = pause.toNanos(); rest > 0 && running(); rest = end - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(rest, POLL_NANOS));
    }
  }

  /**
   * Brings the upstream back empty. To the checker its loss is a write that removes every key,
   * acknowledged when the upstream answers again. The locks keep it apart from all others.
   */
  public void upstreamLost(Runnable restart) {
    lockAll();
    try {
      Map<String, @Nullable String> lost = new HashMap<>();
      keys.all().forEach(key -> lost.put(key, null));
      Write loss =
          checker.beginWrite(CoherenceChecker.DIRECT, "(the upstream lost its data)", lost);
      restart.run();
      checker.acknowledge(loss);
    } finally {
      keys.unlock(keys.all());
    }
  }

  /**
   * Hands the upstream's role to a replica, which may take back what was acknowledged: Redis
   * promises no better. Reads are not judged from before that until what the new primary holds is
   * known; to the checker that is then one more write of every key.
   *
   * @param failover returns when the fleet's upstream address is that of the new primary
   */
  public void upstreamRolledBack(Runnable failover) {
    checker.suspendJudgement();
    failover.run();
    lockAll();
    try (FleetConnection connection = direct.get()) {
      Map<String, @Nullable String> held = new HashMap<>();
      for (String key : keys.all()) {
        var query = ReaderLoop.Query.whole(key);
        byte[] reply = connection.exchange(List.of(query.command())).getFirst();
        held.put(key, query.names(reply).getFirst());
      }
      checker.acknowledgeRestored(Collections.unmodifiableMap(held));
    } catch (IOException e) {
      throw new IllegalStateException("the new primary does not answer", e);
    } finally {
      keys.unlock(keys.all());
    }
    checker.resumeJudgement();
  }

  private void lockAll() {
    if (!keys.lock(keys.all(), LOCK_WAIT_MILLIS)) {
      throw new IllegalStateException("the writers keep their locks");
    }
  }
}
