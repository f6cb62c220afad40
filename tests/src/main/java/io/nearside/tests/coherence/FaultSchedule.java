package io.nearside.tests.coherence;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Does the faults of a run, one after the other, each with its end. One thread. */
final class FaultSchedule {
  private static final long LOCK_WAIT_MILLIS = 20_000;

  private final FleetUnderTest fleet;
  private final WorkloadKeys keys;
  private final CoherenceChecker checker;
  private final BooleanSupplier running;

  FaultSchedule(
      FleetUnderTest fleet, WorkloadKeys keys, CoherenceChecker checker, BooleanSupplier running) {
    this.fleet = fleet;
    this.keys = keys;
    this.checker = checker;
    this.running = running;
  }

  /** Waits for each fault's time; a fault that has begun is always ended. */
  void run(List<Fault.Scheduled> faults) {
    long start = System.nanoTime();
    faults.stream()
        .sorted(Comparator.comparing(Fault.Scheduled::at))
        .forEach(
            scheduled -> {
              waitUntil(start + scheduled.at().toNanos());
              if (running.getAsBoolean()) {
                perform(scheduled.fault());
              }
            });
  }

  private void perform(Fault fault) {
    switch (fault) {
      case Fault.KillSidecar(int sidecar, Duration away) -> {
        fleet.kill(sidecar);
        pause(away);
        fleet.restart(sidecar);
      }
      case Fault.PauseSidecar(int sidecar, Duration pause) -> {
        fleet.pause(sidecar);
        pause(pause);
        fleet.resume(sidecar);
      }
      case Fault.CutTracking() -> fleet.cutTracking();
      case Fault.RestartUpstream(Duration away) -> restartUpstream(away);
      case Fault.PauseUpstream(Duration pause) -> {
        fleet.pauseUpstream();
        pause(pause);
        fleet.resumeUpstream();
      }
      case Fault.SpoilBus(BusFaults faults, Duration lasting) -> {
        bus().apply(faults);
        pause(lasting);
        bus().apply(BusFaults.NONE);
      }
      case Fault.SkipInvalidations(int everyNth, Duration lasting) -> {
        bus().skipInvalidations(everyNth);
        pause(lasting);
        bus().skipInvalidations(0);
      }
    }
  }

  /**
   * What the upstream held is lost with it: to the checker that is a write that removes every key,
   * acknowledged when the upstream answers again. The locks keep it apart from all others.
   */
  private void restartUpstream(Duration away) {
    fleet.killUpstream();
    pause(away);
    if (!keys.lock(keys.all(), LOCK_WAIT_MILLIS)) {
      throw new IllegalStateException("the writers keep their locks");
    }
    try {
      Map<String, @Nullable String> lost = new HashMap<>();
      keys.all().forEach(key -> lost.put(key, null));
      Write loss =
          checker.beginWrite(CoherenceChecker.DIRECT, "(the upstream lost its data)", lost);
      fleet.restartUpstream();
      checker.acknowledge(loss);
    } finally {
      keys.unlock(keys.all());
    }
  }

  private BusTampering bus() {
    return fleet.bus().orElseThrow(() -> new IllegalStateException("no way into this fleet's bus"));
  }

  private static void pause(Duration pause) {
    waitUntil(System.nanoTime() + pause.toNanos());
  }

  private static void waitUntil(long nanos) {
    for (long rest = nanos - System.nanoTime(); rest > 0; rest = nanos - System.nanoTime()) {
      LockSupport.parkNanos(rest);
    }
  }
}
