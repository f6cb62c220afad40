package io.nearside.tests.stack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

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
import java.util.concurrent.locks.LockSupport;

/**
 * A process that dies with this JVM: one hook kills every child that is still there and removes its
 * folder. Output goes to a log file. Thread-safe.
 */
final class ChildProcess {
  private static final Duration KILL_WAIT = Duration.ofSeconds(10);
  private static final int REMOVE_ATTEMPTS_MAX = 50;
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

  /** The same with every process below it; one that is born meanwhile is stopped too. */
  void pauseTree() {
    signal("STOP");
    int stopped = -1;
    List<ProcessHandle> below = process.descendants().toList();
    while (below.size() != stopped) {
      stopped = below.size();
      below.forEach(child -> send("STOP", child.pid()));
      below = process.descendants().toList();
    }
  }

  /** Lets it and every process below it go on. */
  void resumeTree() {
    process.descendants().forEach(child -> send("CONT", child.pid()));
    signal("CONT");
  }

  /** Sends a signal by its name, such as {@code HUP}. */
  void signal(String name) {
    if (!send(name, process.pid())) {
      throw new IllegalStateException("no process " + process.pid() + " to send " + name);
    }
  }

  private static boolean send(String name, long pid) {
    try {
      // The shell's own kill: it is there where procps is not.
      return new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
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

  /**
   * Ends it at once (SIGKILL) with every process below it and waits until it is gone; does nothing
   * when it already is.
   */
  void kill() {
    List<ProcessHandle> below = process.descendants().toList();
    process.destroyForcibly();
    below.forEach(ProcessHandle::destroyForcibly);
    awaitExit(KILL_WAIT);
    long deadline = System.nanoTime() + KILL_WAIT.toNanos();
    while (below.stream().anyMatch(ChildProcess::holdsMemory) && System.nanoTime() < deadline) {
      LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
  }

  /** Whether a process is there and not just waiting for whoever inherited it to look at it. */
  private static boolean holdsMemory(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"), ISO_8859_1);
      return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
    } catch (IOException gone) {
      return false;
    }
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
    for (int attempt = 1; Files.exists(folder); attempt++) {
      try (var tree = Files.walk(folder)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(path);
        }
      } catch (IOException | UncheckedIOException e) {
        // A killed process may not be quite gone: its last file appears in a folder just emptied.
        if (attempt == REMOVE_ATTEMPTS_MAX) {
          throw new IllegalStateException("cannot remove " + folder, e);
        }
        LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
      }
    }
  }
}
