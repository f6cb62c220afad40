package io.nearside.tests.image;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/**
 * The sidecar's jars as the image has them: the agent's names all others in its manifest, in the
 * order of their names, so that every start sees the class path that the AOT cache was made for.
 * Native libraries lie unpacked in {@code native}, so that nothing is written at a start.
 */
final class Jars {
  private static final String NATIVE = "META-INF/native/";

  /**
   * What is left out, by the start of the entry's name: Hazelcast's copies of libraries for formats
   * of configuration and data that the sidecar does not use, which are a third of its jar, its
   * console, and the schemas of its configuration files.
   */
  private static final List<String> UNUSED =
      List.of(
          "com/hazelcast/client/console/",
          "com/hazelcast/shaded/com/fasterxml/",
          "com/hazelcast/shaded/com/zaxxer/",
          "com/hazelcast/shaded/io/github/classgraph/",
          "com/hazelcast/shaded/nonapi/",
          "com/hazelcast/shaded/org/everit/",
          "com/hazelcast/shaded/org/json/",
          "com/hazelcast/shaded/org/snakeyaml/",
          "com/hazelcast/shaded/tools/jackson/core/",
          "com/hazelcast/shaded/tools/jackson/databind/",
          "hazelcast-");

  /** The writer of a format of metrics that nobody can ask the sidecar for. */
  private static final String UNUSED_JAR = "prometheus-metrics-exposition-formats-";

  private static final LocalDateTime ENTRY_TIME = LocalDateTime.of(2026, 1, 1, 0, 0);

  private Jars() {}

  /**
   * Lays them out.
   *
   * @param target the agent's build folder: its jar, and the others in {@code lib}
   */
  static void lay(Path target, Path lib) throws IOException {
    Path natives = Files.createDirectories(lib.resolve("native"));
    List<String> names = new ArrayList<>();
    for (Path jar : sorted(target.resolve("lib"))) {
      if (isForOtherMachines(jar) || isUnused(jar)) {
        continue;
      }
      if (isNative(jar)) {
        unpackNative(jar, natives);
      } else {
        String name = String.valueOf(jar.getFileName());
        names.add(name);
        rewrite(jar, lib.resolve(name), manifest(jar));
      }
    }
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "io.nearside.agent.Main");
    manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", names));
    rewrite(agent(target), lib.resolve(RootFilesystem.AGENT_JAR), manifest);
  }

  /** The agent's own jar in its build folder. */
  static Path agent(Path target) throws IOException {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(target)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(target, "nearside-agent-*.jar")) {
        files.forEach(found::add);
      }
    }
    if (found.size() != 1) {
      throw new IllegalStateException(
          "%s: %d agent jars (expected one: mvn package makes it)".formatted(target, found.size()));
    }
    return found.getFirst();
  }

  private static List<Path> sorted(Path folder) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.jar")) {
      files.forEach(jars::add);
    }
    jars.sort(Comparator.comparing(jar -> String.valueOf(jar.getFileName())));
    return jars;
  }

  private static boolean isForOtherMachines(Path jar) {
    String name = String.valueOf(jar.getFileName());
    String other = architecture().equals("x86_64") ? "aarch_64" : "x86_64";
    return name.contains("-" + other) || name.contains("osx");
  }

  private static boolean isUnused(Path jar) {
    return String.valueOf(jar.getFileName()).startsWith(UNUSED_JAR);
  }

  private static String architecture() {
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return arch.equals("amd64") || arch.equals("x86_64") ? "x86_64" : "aarch_64";
  }

  private static boolean isNative(Path jar) {
    return String.valueOf(jar.getFileName()).contains("-linux-" + architecture());
  }

  private static void unpackNative(Path jar, Path natives) throws IOException {
    try (var file = new JarFile(jar.toFile())) {
      for (JarEntry entry : entries(file)) {
        if (entry.getName().startsWith(NATIVE) && entry.getName().endsWith(".so")) {
          Path library = natives.resolve(entry.getName().substring(NATIVE.length()));
          try (var bytes = file.getInputStream(entry)) {
            Files.copy(bytes, library);
          }
        }
      }
    }
  }

  private static Manifest manifest(Path jar) throws IOException {
    try (var file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      return manifest == null ? new Manifest() : new Manifest(manifest);
    }
  }

  /** Writes a jar anew: its entries by name and at one time, its classes slim. */
  private static void rewrite(Path from, Path to, Manifest manifest) throws IOException {
    try (var file = new JarFile(from.toFile());
        OutputStream bytes = new BufferedOutputStream(Files.newOutputStream(to));
        var jar = new JarOutputStream(bytes)) {
      jar.setLevel(9);
      put(jar, JarFile.MANIFEST_NAME);
      manifest.write(jar);
      for (JarEntry entry : entries(file)) {
        if (isWanted(entry)) {
          put(jar, entry.getName());
          try (var content = file.getInputStream(entry)) {
            byte[] whole = content.readAllBytes();
            jar.write(entry.getName().endsWith(".class") ? ClassFiles.slim(whole) : whole);
          }
        }
      }
    }
  }

  private static boolean isWanted(JarEntry entry) {
    return !entry.isDirectory()
        && !entry.getName().equals(JarFile.MANIFEST_NAME)
        && UNUSED.stream().noneMatch(entry.getName()::startsWith);
  }

  private static void put(JarOutputStream jar, String name) throws IOException {
    var entry = new JarEntry(name);
    entry.setTimeLocal(ENTRY_TIME);
    jar.putNextEntry(entry);
  }

  private static List<JarEntry> entries(JarFile file) {
    return file.stream()
        .sorted(Comparator.comparing(JarEntry::getName))
        .collect(Collectors.toList());
  }
}
