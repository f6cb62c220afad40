package io.nearside.tests.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The redis-server program out of {@code org.signal:embedded-redis}, unpacked once per JVM into a
 * folder of its own that the JVM's exit removes. Thread-safe.
 */
final class RedisBinary {
  /** The version inside the Maven artifact. */
  static final String VERSION = "7.0.15";

  private static @Nullable Path unpacked;

  private RedisBinary() {}

  /**
   * The executable file.
   *
   * @throws IllegalStateException when the artifact holds none for this machine
   */
  static synchronized Path path() {
    Path path = unpacked;
    if (path == null || !Files.isExecutable(path)) {
      path = unpack();
      unpacked = path;
    }
    return path;
  }

  private static Path unpack() {
    String resource = "/redis-server-" + VERSION + "-" + platform();
    try (InputStream in = RedisBinary.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("no Redis for this machine: " + resource);
      }
      Path folder = Files.createTempDirectory("nearside-redis-binary-");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> ChildProcess.removeTree(folder)));
      Path file = folder.resolve("redis-server");
      Files.copy(in, file);
      if (!file.toFile().setExecutable(true)) {
        throw new IllegalStateException("cannot make " + file + " executable");
      }
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unpack redis-server", e);
    }
  }

  private static String platform() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    String machine = System.getProperty("os.arch", "");
    String family = system.contains("mac") ? "darwin" : "linux";
    return switch (machine) {
      case "amd64", "x86_64" -> family + "-amd64";
      case "aarch64", "arm64" -> family + "-arm64";
      default -> family + "-" + machine;
    };
  }
}
