package io.nearside.tests.it;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/**
 * A client in another language, as a program: it gets host and port as its last two arguments,
 * prints {@code cut} when it wants its connections cut and reads a line when that is done, and ends
 * with {@code OK} or with the step that failed.
 */
final class ProgramScenario implements ClientScenario {
  private static final Duration WITHIN = Duration.ofSeconds(60);

  private final String client;
  private final List<String> command;
  private final Map<String, String> environment;

  ProgramScenario(String client, List<String> command, Map<String, String> environment) {
    this.client = client;
    this.command = List.copyOf(command);
    this.environment = Map.copyOf(environment);
  }

  @Override
  public String client() {
    return client;
  }

  @Override
  public void run(ClientTarget target) throws Exception {
    List<String> line = new ArrayList<>(command);
    line.add(ClientTarget.HOST);
    line.add(Integer.toString(target.port()));
    var builder = new ProcessBuilder(line).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    var watchdog = Thread.ofVirtual().start(() -> killAfter(process));
    List<String> printed = new ArrayList<>();
    try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        BufferedWriter in = process.outputWriter(StandardCharsets.UTF_8)) {
      for (String text = out.readLine(); text != null; text = out.readLine()) {
        printed.add(text);
        if (text.equals("cut")) {
          target.cutConnections();
          in.write("done\n");
          in.flush();
        }
      }
      int exit = process.waitFor();
      if (exit != 0 || !printed.contains("OK")) {
        Assertions.fail(client + " ended with " + exit + ":\n" + String.join("\n", printed));
      }
    } finally {
      process.destroyForcibly();
      watchdog.interrupt();
    }
  }

  private static void killAfter(Process process) {
    try {
      if (!process.waitFor(WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException scenarioIsOver) {
      Thread.currentThread().interrupt();
    }
  }

  /** Runs a command to its end; gives its exit code, or -1 where there is no such program. */
  static int run(Path directory, Duration within, String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return -1;
      }
      return process.exitValue();
    } catch (IOException noSuchProgram) {
      return -1;
    }
  }
}
