package io.nearside.tests.coherence;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Does the faults of a run, one after the other, each with its end. One thread. */
final class FaultSchedule implements Disturbance {
  private final FleetUnderTest fleet;
  private final List<Fault.Scheduled> faults;

  FaultSchedule(FleetUnderTest fleet, List<Fault.Scheduled> faults) {
    this.fleet = fleet;
    this.faults = faults;
  }

  /** Waits for each fault's time; a fault that has begun is always ended. */
  @Override
  public void perform(RunView run) {
    long start = System.nanoTime();
    faults.stream()
        .sorted(Comparator.comparing(Fault.Scheduled::at))
        .forEach(
            scheduled -> {
              waitUntil(start + scheduled.at().toNanos());
              if (run.running()) {
                perform(scheduled.fault(), run);
              }
            });
  }

  private void perform(Fault fault, RunView run) {
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
      case Fault.RestartUpstream(Duration away) -> {
        fleet.killUpstream();
        pause(away);
        run.upstreamLost(fleet::restartUpstream);
      }
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
