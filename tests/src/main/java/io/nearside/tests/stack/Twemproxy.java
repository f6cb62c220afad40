package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Twemproxy (Debian's nutcracker) in front of a Redis, where it is installed: a proxy in C of the
 * same kind, for comparison. Blocking; one thread at a time.
 */
public final class Twemproxy implements AutoCloseable {
  private static final List<Path> PLACES =
      List.of(
          Path.of("/usr/sbin/nutcracker"),
          Path.of("/usr/bin/nutcracker"),
          Path.of("/usr/local/sbin/nutcracker"),
          Path.of("/usr/local/bin/nutcracker"));
  private static final Duration READY_WITHIN = Duration.ofSeconds(10);

  private final Path folder;
  private final int port;
  private final ChildProcess process;

  private Twemproxy(Path folder, int port, ChildProcess process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
  }

  /** Its version, or empty where it is not installed. */
  public static Optional<String> version() {
    return program()
        .map(
            program -> {
              try {
                Process process =
                    new ProcessBuilder(program.toString(), "--version")
                        .redirectErrorStream(true)
                        .start();
                String text =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return text.lines().findFirst().orElse("").replace("This is ", "");
              } catch (IOException e) {
                throw new UncheckedIOException("cannot run " + program, e);
              }
            });
  }

  private static Optional<Path> program() {
    return PLACES.stream().filter(Files::isExecutable).findFirst();
  }

  /**
   * Starts it in front of a loopback port, with its own defaults, and waits until it answers.
   *
   * @throws IllegalStateException where it is not installed or does not start
   */
  public static Twemproxy inFrontOf(int upstreamPort) {
    Path program = program().orElseThrow(() -> new IllegalStateException("no nutcracker here"));
    try {
      Path folder = Files.createTempDirectory("nearside-twemproxy-");
      int port = FreePort.next();
      Path config = folder.resolve("nutcracker.yml");
      Files.writeString(
          config,
          """
          bench:
            listen: 127.0.0.1:%d
            redis: true
            hash: fnv1a_64
            distribution: ketama
            servers:
             - 127.0.0.1:%d:1
          """
              .formatted(port, upstreamPort));
      List<String> command =
          List.of(
              program.toString(),
              "-c",
              config.toString(),
              "-a",
              "127.0.0.1",
              "-s",
              Integer.toString(FreePort.next()));
      Path log = folder.resolve("nutcracker.log");
      var proxy = new Twemproxy(folder, port, ChildProcess.start(command, folder, log));
      proxy.awaitReady(log);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + program, e);
    }
  }

  private void awaitReady(Path log) throws IOException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (process.isAlive() && System.nanoTime() < deadline) {
      try (RawRedis connection = RawRedis.connect(port)) {
        if (connection.ask("GET", "nearside").startsWith("$")) {
          return;
        }
      } catch (IOException notYet) {
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
    }
    String text = Files.readString(log);
    close();
    throw new IllegalStateException("nutcracker does not answer: " + text);
  }

  /** The loopback port. */
  public int port() {
    return port;
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    process.kill();
    ChildProcess.removeTree(folder);
  }
}
