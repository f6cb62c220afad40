package io.nearside.tests.manifests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program of the system that some tests need.
 *
 * @param name its file's; the system property {@code nearside.NAME} may name another file
 */
record Program(String name) {
  static final Program KUBECTL = new Program("kubectl");
  static final Program PROMTOOL = new Program("promtool");

  private static final long WAIT_SECONDS = 60;

  private String file() {
    return System.getProperty("nearside." + name, name);
  }

  /** Whether it can be run here. */
  boolean isThere() {
    String path = System.getenv().getOrDefault("PATH", "");
    return Files.isExecutable(Path.of(file()).toAbsolutePath())
        || List.of(path.split(":", -1)).stream()
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, file())));
  }

  /**
   * Runs it and waits.
   *
   * @return what it printed
   * @throws IllegalStateException with its complaints when it fails or hangs
   */
  String run(String... arguments) {
    List<String> command = new ArrayList<>(List.of(file()));
    command.addAll(List.of(arguments));
    try {
      Path errors = Files.createTempFile("nearside-" + name, ".err");
      try {
        Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        boolean ended = process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS);
        process.destroyForcibly();
        if (!ended || process.exitValue() != 0) {
          throw new IllegalStateException(
              String.join(" ", command) + ": " + Files.readString(errors) + output);
        }
        return output;
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
