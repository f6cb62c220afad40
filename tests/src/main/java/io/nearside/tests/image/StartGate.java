package io.nearside.tests.image;

import io.nearside.tests.stack.SidecarProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a command of the image up just before its exec, so that what a container engine has done by
 * then (a root of its own, mounts) does not count as its start. A named pipe. Blocking.
 */
public final class StartGate implements AutoCloseable {
  private static final Duration REACHED_WITHIN = Duration.ofSeconds(30);

  private final Path folder;

  private StartGate(Path folder) {
    this.folder = folder;
  }

  public static StartGate make() throws IOException {
    var gate = new StartGate(Files.createTempDirectory("nearside-gate-"));
    Tool.run(List.of("mkfifo", gate.pipe().toString()));
    return gate;
  }

  Path pipe() {
    return folder.resolve("gate");
  }

  /**
   * Waits until the command is there.
   *
   * @throws IllegalStateException with its log when it does not come
   */
  public void awaitReached(SidecarProcess held) {
    long deadline = System.nanoTime() + REACHED_WITHIN.toNanos();
    while (!Files.exists(folder.resolve("gate.reached"))) {
      if (!held.isAlive() || System.nanoTime() - deadline >= 0) {
        throw new IllegalStateException("it does not reach its exec: " + held.log());
      }
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }

  /** Lets it go. */
  public void open() throws IOException {
    Files.writeString(pipe(), "\n");
  }

  @Override
  public void close() throws IOException {
    Tool.removeTree(folder);
  }
}
