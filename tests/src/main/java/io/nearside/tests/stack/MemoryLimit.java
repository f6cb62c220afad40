package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;

/**
 * A control group with a memory limit, as a container has one: what starts in it is killed by the
 * kernel when it needs more. Needs root and a kernel with the memory controller (cgroup v1 or v2).
 */
public final class MemoryLimit implements AutoCloseable {
  private static final Path MOUNT = Path.of("/sys/fs/cgroup");
  private static final int REMOVE_ATTEMPTS_MAX = 250;

  private final Path folder;
  private final boolean v2;

  private MemoryLimit(Path folder, boolean v2) {
    this.folder = folder;
    this.v2 = v2;
  }

  /** Empty where this machine lets us make none. */
  public static Optional<MemoryLimit> of(long bytes) {
    boolean v2 = Files.exists(MOUNT.resolve("cgroup.controllers"));
    Path parent = v2 ? MOUNT : MOUNT.resolve("memory");
    Path folder = parent.resolve("nearside-" + UUID.randomUUID());
    try {
      if (v2) {
        Files.writeString(parent.resolve("cgroup.subtree_control"), "+memory");
      }
      if (!Files.isDirectory(parent)) {
        return Optional.empty();
      }
      Files.createDirectory(folder);
      var made = new MemoryLimit(folder, v2);
      try {
        Files.writeString(made.file("memory.limit_in_bytes", "memory.max"), Long.toString(bytes));
        return Optional.of(made);
      } catch (IOException e) {
        made.close();
        return Optional.empty();
      }
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The words before a command that bring it into the group. */
  public List<String> entry() {
    return List.of(
        "sh", "-c", "echo $$ > " + folder.resolve("cgroup.procs") + " && exec \"$@\"", "sh");
  }

  /** The most that was used so far, files in memory included; -1 where the kernel does not tell. */
  public long peakBytes() {
    Path peak = file("memory.max_usage_in_bytes", "memory.peak");
    return Files.exists(peak) ? Long.parseLong(read(peak)) : -1;
  }

  /** How many processes the kernel has killed for want of memory. */
  public long kills() {
    String key = "oom_kill ";
    return read(file("memory.oom_control", "memory.events"))
        .lines()
        .filter(line -> line.startsWith(key))
        .mapToLong(line -> Long.parseLong(line.substring(key.length()).trim()))
        .sum();
  }

  private Path file(String v1Name, String v2Name) {
    return folder.resolve(v2 ? v2Name : v1Name);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file).trim();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes it, once what ran in it is gone. */
  @Override
  public void close() {
    for (int attempt = 1; Files.exists(folder); attempt++) {
      try {
        Files.delete(folder);
      } catch (IOException e) {
        if (attempt == REMOVE_ATTEMPTS_MAX) {
          throw new UncheckedIOException(e);
        }
        LockSupport.parkNanos(20_000_000);
      }
    }
  }
}
