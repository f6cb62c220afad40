package io.nearside.tests.postgres.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** {@code pg} of Node.js, as a program that ends with {@code OK} or with what failed. */
final class NodePgScenario implements DriverScenario {
  private static final Path SOURCE = Path.of("src/test/clients/node-pg").toAbsolutePath();
  private static final Path INSTALLED = Path.of("target/clients/node-pg").toAbsolutePath();
  private static final Duration WITHIN = Duration.ofSeconds(60);

  @Override
  public String driver() {
    return "node pg";
  }

  @Override
  public void run(DriverTarget target) throws Exception {
    install();
    Path output = Files.createTempFile("nearside-node-pg-", ".log");
    try {
      int exit =
          run(
              SOURCE,
              WITHIN,
              output,
              Map.of(
                  "NODE_PATH",
                  INSTALLED.resolve("node_modules").toString(),
                  "PGHOST",
                  DriverTarget.HOST,
                  "PGPORT",
                  Integer.toString(target.port()),
                  "PGDATABASE",
                  target.database(),
                  "PGUSER",
                  target.user(),
                  "PGPASSWORD",
                  target.password()),
              List.of("node", SOURCE.resolve("scenario.js").toString()));
      String printed = Files.readString(output, StandardCharsets.UTF_8);
      if (exit != 0 || !printed.contains("OK")) {
        Assertions.fail("node pg ended with " + exit + ":\n" + printed);
      }
    } finally {
      Files.delete(output);
    }
  }

  /** Installs exactly what the lock file says, once, below target; skips where that cannot be. */
  private static synchronized void install() throws IOException, InterruptedException {
    Files.createDirectories(INSTALLED);
    Path log = INSTALLED.resolve("npm.log");
    boolean node = run(INSTALLED, WITHIN, log, Map.of(), List.of("node", "--version")) == 0;
    assume(node, "node pg: skipped, there is no node");
    for (String file : List.of("package.json", "package-lock.json")) {
      Path from = SOURCE.resolve(file);
      Path to = INSTALLED.resolve(file);
      if (!Files.exists(to) || Files.mismatch(from, to) != -1) {
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(INSTALLED.resolve("installed"));
      }
    }
    if (!Files.exists(INSTALLED.resolve("installed"))) {
      int exit =
          run(
              INSTALLED,
              Duration.ofMinutes(3),
              log,
              Map.of(),
              List.of("npm", "ci", "--ignore-scripts"));
      assume(exit == 0, "node pg: skipped, npm could not install it");
      Files.createFile(INSTALLED.resolve("installed"));
    }
  }

  private static void assume(boolean holds, String otherwise) {
    if (!holds) {
      System.out.println(otherwise);
    }
    Assumptions.assumeTrue(holds, otherwise);
  }

  private static int run(
      Path folder,
      Duration within,
      Path output,
      Map<String, String> environment,
      List<String> command)
      throws InterruptedException {
    try {
      var builder =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
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
