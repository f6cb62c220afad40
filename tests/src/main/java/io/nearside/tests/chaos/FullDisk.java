package io.nearside.tests.chaos;

import io.nearside.tests.coherence.RunView;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The disk of the hot lists, filled to the last byte. Stateless. */
final class FullDisk {
  private FullDisk() {}

  static String strike(ChaosFleet fleet, RunView run, Duration lasting) {
    try {
      Path filler = fleet.disk().resolve("filler");
      long written = fill(filler);
      run.pause(lasting);
      long lists = lists(fleet.disk(), filler);
      Files.delete(filler);
      return "%,d bytes filled the disk; %d hot lists on it".formatted(written, lists);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long fill(Path filler) throws IOException {
    long written = 0;
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(0);
        written++;
      }
    } catch (IOException full) {
      return written;
    }
  }

  private static long lists(Path disk, Path filler) throws IOException {
    try (var files = Files.list(disk)) {
      return files.filter(file -> !file.equals(filler)).count();
    }
  }
}
