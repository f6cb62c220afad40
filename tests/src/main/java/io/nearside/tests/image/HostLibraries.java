package io.nearside.tests.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The files of this machine's C library that a Java runtime is linked to. */
final class HostLibraries {
  private static final List<Path> LOADERS =
      List.of(Path.of("/lib64/ld-linux-x86-64.so.2"), Path.of("/lib/ld-linux-aarch64.so.1"));
  private static final Pattern RESOLVED = Pattern.compile("(?m)^\\s*\\S+ => (/\\S+) \\(");

  private HostLibraries() {}

  /** Copies them to where the loader will look for them below {@code root}. */
  static void copy(Path runtime, Path root) throws IOException {
    Path loader =
        LOADERS.stream()
            .filter(Files::isExecutable)
            .findFirst()
            .orElseThrow(() -> new IllegalStateException("no dynamic loader of glibc here"));
    List<Path> linked = new ArrayList<>(List.of(runtime.resolve("bin/java")));
    try (Stream<Path> files = Files.walk(runtime.resolve("lib"))) {
      files.filter(path -> path.toString().endsWith(".so")).sorted().forEach(linked::add);
    }
    String own = runtime.resolve("lib/server") + ":" + runtime.resolve("lib");
    Set<Path> found = new TreeSet<>(List.of(loader));
    for (Path file : linked) {
      Matcher resolved =
          RESOLVED.matcher(
              Tool.run(
                  List.of(loader.toString(), "--library-path", own, "--list", file.toString())));
      while (resolved.find()) {
        Path library = Path.of(resolved.group(1));
        if (!library.normalize().startsWith(runtime)) {
          found.add(library);
        }
      }
    }
    for (Path file : found) {
      Path copy = root.resolve(file.toString().substring(1));
      Files.createDirectories(copy.resolveSibling(""));
      Files.copy(file.toRealPath(), copy);
    }
  }
}
