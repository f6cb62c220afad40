package io.nearside.tests.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program of the system, such as {@code ip}, and waits for it. Stateless. */
final class Tool {
  private static final long WAIT_SECONDS = 20;

  private Tool() {}

  /**
   * Gives what it printed.
   *
   * @throws IllegalStateException with what it printed, where it is missing, fails or hangs
   */
  static String run(String... command) {
    return run(List.of(command), "");
  }

  /** The same, given a text on its standard input. */
  static String run(List<String> command, String input) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (OutputStream in = process.getOutputStream()) {
        in.write(input.getBytes(StandardCharsets.UTF_8));
      }
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
      if (!process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("hangs: " + String.join(" ", command));
      }
      if (process.exitValue() != 0) {
        throw new IllegalStateException(String.join(" ", command) + ": " + output);
      }
      return output;
    } catch (IOException missing) {
      throw new IllegalStateException(missing.getMessage(), missing);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + String.join(" ", command), e);
    }
  }

  /** Does something that may fail because it is done already. */
  static void attempt(String... command) {
    try {
      run(command);
    } catch (IllegalStateException done) {
      // what was to go is gone
    }
  }
}
