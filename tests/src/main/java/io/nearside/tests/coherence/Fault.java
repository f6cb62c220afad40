package io.nearside.tests.coherence;

import java.time.Duration;

/** One thing that goes wrong, and its end. */
public sealed interface Fault {
  /** A sidecar dies and comes back. */
  record KillSidecar(int sidecar, Duration away) implements Fault {}

  /** A sidecar stands still (SIGSTOP) and goes on as if nothing had been. */
  record PauseSidecar(int sidecar, Duration pause) implements Fault {}

  /** All connections that track writes at the upstream are cut there. */
  record CutTracking() implements Fault {}

  /** The upstream dies, stays away and comes back empty. */
  record RestartUpstream(Duration away) implements Fault {}

  /** The upstream stands still (SIGSTOP); nothing is lost, nothing answers. */
  record PauseUpstream(Duration pause) implements Fault {}

  /** The bus is spoilt for a while. */
  record SpoilBus(BusFaults faults, Duration lasting) implements Fault {}

  /** A promise is broken on purpose for a while: some invalidations are never sent. */
  record SkipInvalidations(int everyNth, Duration lasting) implements Fault {}

  /** When a fault begins, counted from the start of the run. */
  record Scheduled(Duration at, Fault fault) {}
}
