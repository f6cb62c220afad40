package io.nearside.tests.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Links a Java runtime of this JDK's modules. */
final class Runtimes {
  /**
   * What the sidecar and its libraries use: memory figures (jdk.management), DNS look-ups of peers
   * (jdk.naming.dns), TCP keep-alive (jdk.net), Unsafe (jdk.unsupported); Hazelcast takes XML,
   * naming and, for an interface of its configuration, SQL.
   */
  private static final List<String> MODULES =
      List.of(
          "java.base",
          "java.logging",
          "java.management",
          "java.naming",
          "java.net.http",
          "java.sql",
          "java.xml",
          "jdk.management",
          "jdk.naming.dns",
          "jdk.net",
          "jdk.unsupported");

  private Runtimes() {}

  /** Links into a folder that is not there yet. */
  static void link(Path runtime) throws IOException {
    Tool.run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
            "--add-modules",
            String.join(",", MODULES),
            "--strip-debug",
            "--no-header-files",
            "--no-man-pages",
            "--compress",
            "zip-6",
            "--output",
            runtime.toString()));
    Optional<Path> strip = Tool.find("strip");
    if (strip.isPresent()) {
      strip(strip.get(), runtime);
    }
  }

  /** Takes the symbols out of the native libraries that no other library needs. */
  private static void strip(Path strip, Path runtime) throws IOException {
    List<String> command = new ArrayList<>(List.of(strip.toString(), "--strip-unneeded"));
    try (Stream<Path> files = Files.walk(runtime.resolve("lib"))) {
      files.map(Path::toString).filter(name -> name.endsWith(".so")).sorted().forEach(command::add);
    }
    Tool.run(command);
  }
}
