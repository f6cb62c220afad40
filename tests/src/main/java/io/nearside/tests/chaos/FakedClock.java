package io.nearside.tests.chaos;

import io.nearside.tests.coherence.RunView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Sidecars whose wall clock is ours to move, by libfaketime; their monotonic clock stays true.
 * Stateless: the offsets stand in files that the library reads again every second.
 */
final class FakedClock {
  private static final List<Path> LIBRARIES =
      List.of(
          Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"),
          Path.of("/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1"));
  private static final int AHEAD = 1;
  private static final int BEHIND = 2;
  private static final List<Integer> FAKED = List.of(AHEAD, BEHIND);
  private static final int JUMPS = 2;

  private FakedClock() {}

  /** Why no clock can be moved here. */
  static Optional<String> obstacle() {
    return LIBRARIES.stream().anyMatch(Files::exists)
        ? Optional.empty()
        : Optional.of("no libfaketime (Debian: apt-get install libfaketime)");
  }

  /** Starts two of the sidecars anew, with clocks that can be moved. */
  static void fake(ChaosFleet fleet) {
    Path library = LIBRARIES.stream().filter(Files::exists).findFirst().orElseThrow();
    FAKED.forEach(sidecar -> offset(fleet, sidecar, 0));
    Scenarios.together(
        FAKED.size(),
        i -> {
          int sidecar = FAKED.get(i);
          fleet.replace(
              sidecar,
              List.of(
                  "env",
                  "LD_PRELOAD=" + library,
                  "FAKETIME_TIMESTAMP_FILE=" + file(fleet, sidecar),
                  "FAKETIME_CACHE_DURATION=1",
                  "FAKETIME_DONT_FAKE_MONOTONIC=1"));
        });
  }

  /** One clock jumps an hour ahead and back, the other an hour back and ahead. */
  static String jumps(ChaosFleet fleet, RunView run, Duration lasting) {
    long hour = Duration.ofHours(1).toSeconds();
    for (int i = 0; i < JUMPS; i++) {
      offset(fleet, AHEAD, i % 2 == 0 ? hour : -hour);
      offset(fleet, BEHIND, i % 2 == 0 ? -hour : hour);
      run.pause(lasting.dividedBy(JUMPS));
    }
    // Not only the offsets: the library makes waits of a JVM spin, and others would pay for it.
    Scenarios.together(FAKED.size(), i -> fleet.replace(FAKED.get(i), List.of()));
    return "";
  }

  private static void offset(ChaosFleet fleet, int sidecar, long seconds) {
    try {
      Path next = fleet.network().folder().resolve("clock.next");
      Files.writeString(next, "%+d\n".formatted(seconds));
      Files.move(next, file(fleet, sidecar), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(ChaosFleet fleet, int sidecar) {
    return fleet.network().folder().resolve("clock-" + sidecar);
  }
}
