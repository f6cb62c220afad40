package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A process that dies with this JVM: one hook kills every child that is still there and removes its
 * folder. Output goes to a log file. Thread-safe.
 */
final class ChildProcess {
  private static final Duration KILL_WAIT = Duration.ofSeconds(10);
  private static final Set<ChildProcess> RUNNING = ConcurrentHashMap.newKeySet();

  private static boolean jvmEnds;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ChildProcess::endAllWithJvm));
  }

  private final Process process;
  private final Path directory;

  private ChildProcess(Process process, Path directory) {
    this.process = process;
    this.directory = directory;
  }

  /**
   * Starts a command in a folder of its own; both its outputs are appended to {@code log}. Whoever
   * ends the process removes the folder, unless the JVM ends before.
   *
   * @throws IllegalStateException when this JVM is about to end: the child would outlive it
   */
  static ChildProcess start(List<String> command, Path directory, Path log) throws IOException {
    var builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(name -> name.startsWith("NEARSIDE_"));
    synchronized (RUNNING) {
      if (jvmEnds) {
        throw new IllegalStateException("this JVM ends: no more child processes");
      }
      var child = new ChildProcess(builder.start(), directory);
      RUNNING.add(child);
      return child;
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Stops its threads where they are (SIGSTOP): sockets stay open, nothing answers. */
  void pause() {
    signal("STOP");
  }

  /** Lets it go on after {@link #pause} (SIGCONT). */
  void resume() {
    signal("CONT");
  }

  /** Sends a signal by its name, such as {@code HUP}. */
  void signal(String name) {
    try {
      // The shell's own kill: it is there where procps is not.
      int exit =
          new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start().waitFor();
      if (exit != 0) {
        throw new IllegalStateException("no process " + process.pid() + " to send " + name);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while sending " + name, e);
    }
  }

  /**
   * Asks it to end (SIGTERM) and waits.
   *
   * @return its exit code
   * @throws IllegalStateException when it is still there after {@code wait}
   */
  int terminate(Duration wait) {
    process.destroy();
    return awaitExit(wait);
  }

  /** Ends it at once (SIGKILL) and waits until it is gone; does nothing when it already is. */
  void kill() {
    process.destroyForcibly();
    awaitExit(KILL_WAIT);
  }

  /** Waits until it has ended by itself. */
  int awaitExit(Duration wait) {
    try {
      if (!process.waitFor(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            "process " + process.pid() + " is still there after " + wait);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while process " + process.pid() + " ends", e);
    }
    RUNNING.remove(this);
    return process.exitValue();
  }

  private static void endAllWithJvm() {
    synchronized (RUNNING) {
      jvmEnds = true;
    }
    List.copyOf(RUNNING).forEach(ChildProcess::endWithJvm);
  }

  private void endWithJvm() {
    kill();
    removeTree(directory);
  }

  /** Removes a folder and all in it; what somebody else removed meanwhile is fine. */
  static void removeTree(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (var tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + folder, e);
    }
  }
}
