package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the kernel tells of a process under {@code /proc} (Linux, proc(5)). Thread-safe. */
public final class ProcFigures {
  /** Clock ticks per second as proc(5) reports them: USER_HZ is 100 on every Linux we run on. */
  private static final double TICKS_PER_SECOND = 100.0;

  private ProcFigures() {}

  /** Resident memory, in bytes. */
  public static long residentBytes(long pid) {
    return kibibytes(pid, "status", "VmRSS:");
  }

  /** Its share of resident memory, in bytes: pages it shares count by the number of sharers. */
  public static long proportionalBytes(long pid) {
    return kibibytes(pid, "smaps_rollup", "Pss:");
  }

  private static long kibibytes(long pid, String file, String field) {
    for (String line : read(pid, file).lines().toList()) {
      if (line.startsWith(field)) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    throw new IllegalStateException("no " + field + " of process " + pid);
  }

  /** Processor time in user and system mode of all its threads so far, in seconds. */
  public static double cpuSeconds(long pid) {
    String stat = read(pid, "stat");
    // The name, field 2, is in parentheses and may itself hold spaces: count from behind it.
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
  }

  private static String read(long pid, String file) {
    try {
      return Files.readString(Path.of("/proc", Long.toString(pid), file));
    } catch (IOException e) {
      throw new UncheckedIOException("process " + pid + " is gone", e);
    }
  }
}
