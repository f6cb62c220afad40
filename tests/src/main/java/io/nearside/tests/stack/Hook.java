package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A hook of a container, as the kubelet runs it: {@code io.nearside.agent.Ask} as a child process
 * that asks the sidecar beside it. Blocking; one thread at a time.
 */
public final class Hook implements AutoCloseable {
  private final ChildProcess process;
  private final Path folder;

  private Hook(ChildProcess process, Path folder) {
    this.process = process;
    this.folder = folder;
  }

  /** Begins to ask, such as {@code drain --wait 20}. */
  public static Hook start(int adminPort, String token, String... question) {
    try {
      Path folder = Files.createTempDirectory("nearside-hook-");
      List<String> command =
          new ArrayList<>(
              List.of(
                  "env",
                  "NEARSIDE_ADMIN_PORT=" + adminPort,
                  "NEARSIDE_ADMIN_TOKEN=" + token,
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-cp",
                  SidecarProcess.classPath(),
                  "io.nearside.agent.Ask"));
      command.addAll(List.of(question));
      return new Hook(ChildProcess.start(command, folder, folder.resolve("hook.log")), folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a hook", e);
    }
  }

  /** Asks and waits for the answer: the exit code. */
  public static int ask(int adminPort, String token, String... question) {
    try (Hook hook = start(adminPort, token, question)) {
      return hook.awaitExit(Duration.ofSeconds(60));
    }
  }

  /** Whether it still asks. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Waits until it has its answer; gives the exit code. */
  public int awaitExit(Duration wait) {
    return process.awaitExit(wait);
  }

  @Override
  public void close() {
    process.kill();
    ChildProcess.removeTree(folder);
  }
}
