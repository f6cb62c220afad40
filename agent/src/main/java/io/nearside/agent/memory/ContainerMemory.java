package io.nearside.agent.memory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The memory limit of the control group that this process lives in, and what is used of it: the
 * kernel's cgroup v2 ({@code memory.max}) or v1 ({@code memory.limit_in_bytes}). What the kernel
 * can drop at once (inactive pages of files) does not count as used. Safe from any thread.
 */
public final class ContainerMemory {
  private static final Path MOUNT = Path.of("/sys/fs/cgroup");
  private static final Path MEMBERSHIP = Path.of("/proc/self/cgroup");

  /** Beyond this a v1 limit stands for none. */
  private static final long NO_LIMIT = 1L << 50;

  private final Path limit;
  private final Path used;
  private final Path stat;
  private final String inactive;

  private ContainerMemory(Path folder, String limit, String used, String inactive) {
    this.limit = folder.resolve(limit);
    this.used = folder.resolve(used);
    this.stat = folder.resolve("memory.stat");
    this.inactive = inactive;
  }

  /** Null where there is no control group, or none that can be read. */
  public static @Nullable ContainerMemory find() {
    return find(MOUNT, MEMBERSHIP);
  }

  static @Nullable ContainerMemory find(Path mount, Path membership) {
    try {
      for (String line : Files.readAllLines(membership)) {
        // hierarchy-ID:controller-list:cgroup-path
        String[] fields = line.split(":", 3);
        if (fields.length < 3) {
          continue;
        }
        ContainerMemory found = null;
        if (fields[0].equals("0") && fields[1].isEmpty()) {
          found = first(v2(mount.resolve(relative(fields[2]))), v2(mount));
        } else if (List.of(fields[1].split(",", -1)).contains("memory")) {
          Path memory = mount.resolve("memory");
          found = first(v1(memory.resolve(relative(fields[2]))), v1(memory));
        }
        if (found != null) {
          return found;
        }
      }
    } catch (IOException e) {
      // No Linux, or nothing to be seen of it.
    }
    return null;
  }

  /** In a container the group's own folder is often mounted where all of them would be. */
  private static @Nullable ContainerMemory first(ContainerMemory named, ContainerMemory mounted) {
    return named.isThere() ? named : mounted.isThere() ? mounted : null;
  }

  private static String relative(String path) {
    return path.startsWith("/") ? path.substring(1) : path;
  }

  private static ContainerMemory v2(Path folder) {
    return new ContainerMemory(folder, "memory.max", "memory.current", "inactive_file");
  }

  private static ContainerMemory v1(Path folder) {
    return new ContainerMemory(
        folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
  }

  private boolean isThere() {
    return Files.isReadable(limit) && Files.isReadable(used);
  }

  /** In bytes; 0 for none. */
  public long limitBytes() {
    long bytes = number(limit);
    return bytes >= NO_LIMIT ? 0 : bytes;
  }

  /** In bytes; 0 where it can not be read. */
  public long usedBytes() {
    return Math.max(0, number(used) - droppable());
  }

  private long droppable() {
    try {
      for (String line : Files.readAllLines(stat)) {
        if (line.startsWith(inactive + " ")) {
          return Long.parseLong(line.substring(inactive.length() + 1).trim());
        }
      }
    } catch (IOException | NumberFormatException e) {
      // Then all of it counts.
    }
    return 0;
  }

  private static long number(Path file) {
    try {
      String text = Files.readString(file).trim();
      return text.equals("max") ? 0 : Long.parseLong(text);
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
