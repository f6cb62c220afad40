package io.nearside.agent.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.slf4j.Logger;

/** The file of a unix socket that we listen on. */
public final class UnixSocketFile {
  private UnixSocketFile() {}

  /** Removes what a process left behind that was killed; says so where it can not. */
  public static void removeOld(String path, Logger log) {
    try {
      Files.deleteIfExists(Path.of(path));
    } catch (IOException e) {
      log.warn("can not remove the old unix socket path={} reason=\"{}\"", path, e.getMessage());
    }
  }

  /**
   * Gives it its permissions, once it is there. Who connects needs the right to write.
   *
   * @param mode octal, {@code 0777}; empty to leave them as they are
   * @throws UncheckedIOException when that can not be done
   */
  public static void permit(String path, String mode) {
    if (mode.isEmpty()) {
      return;
    }
    try {
      Files.setPosixFilePermissions(Path.of(path), permissions(Integer.parseInt(mode, 8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The enum stands in the order of the bits, the highest first. */
  private static Set<PosixFilePermission> permissions(int bits) {
    Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
    int bit = 0400;
    for (PosixFilePermission permission : PosixFilePermission.values()) {
      if ((bits & bit) != 0) {
        permissions.add(permission);
      }
      bit >>= 1;
    }
    return permissions;
  }
}
