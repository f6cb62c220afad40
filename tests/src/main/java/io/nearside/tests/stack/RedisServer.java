package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A real Redis 7.0 as a child process: on a free loopback port and on a unix socket, in a folder of
 * its own, without persistence unless the options say otherwise. Works as root and as an ordinary
 * user. Blocking; one thread at a time.
 */
public final class RedisServer implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(20);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(10);
  private static final int START_ATTEMPTS_MAX = 5;

  private final Host host;
  private final List<String> options;
  private final Path folder;
  private int port;
  private ChildProcess process;

  private RedisServer(Host host, List<String> options, Path folder, int port) throws IOException {
    this.host = host;
    this.options = List.copyOf(options);
    this.folder = folder;
    this.port = port;
    this.process = launch();
  }

  /**
   * Starts a server and waits until it answers.
   *
   * @param options as on redis-server's command line: {@code "--requirepass", "secret"}
   * @throws IllegalStateException with the server's own log when it does not come up
   */
  public static RedisServer start(String... options) {
    try {
      Path folder = Files.createTempDirectory("nearside-redis-");
      IllegalStateException last = new IllegalStateException("never tried");
      for (int attempt = 0; attempt < START_ATTEMPTS_MAX; attempt++) {
        try {
          var server = new RedisServer(Host.LOCAL, List.of(options), folder, FreePort.next());
          server.awaitReady();
          return server;
        } catch (IllegalStateException portTaken) {
          last = portTaken;
        }
      }
      ChildProcess.removeTree(folder);
      throw last;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start redis-server", e);
    }
  }

  /**
   * Starts a server on this loopback port and waits until it answers.
   *
   * @throws IllegalStateException with the server's own log when it does not come up
   */
  public static RedisServer startOn(int port, String... options) {
    return startOn(Host.LOCAL, port, options);
  }

  /** The same at the address of a host, and for whoever reaches it. */
  public static RedisServer startOn(Host host, int port, String... options) {
    try {
      Path folder = Files.createTempDirectory("nearside-redis-");
      var server = new RedisServer(host, List.of(options), folder, port);
      try {
        server.awaitReady();
        return server;
      } catch (IllegalStateException notReady) {
        server.close();
        throw notReady;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start redis-server", e);
    }
  }

  /** The loopback port; the same after a restart. */
  public int port() {
    return port;
  }

  /** The unix socket; its path is short enough for every client. */
  public Path unixSocket() {
    return folder.resolve("redis.sock");
  }

  /** The address for a sidecar's configuration, {@code redis://127.0.0.1:PORT}. */
  public String url() {
    return "redis://" + host.address() + ":" + port;
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return new InetSocketAddress(host.address(), port);
  }

  /** The server's own folder, for an ACL file or a dump. */
  public Path folder() {
    return folder;
  }

  /** The process id of the running server. */
  public long pid() {
    return process.pid();
  }

  /** What the server has logged so far. */
  public String log() {
    try {
      return Files.readString(folder.resolve("redis.log"), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A fresh raw connection over TCP, logged in where a password is set. */
  public RawRedis connect() throws IOException {
    RawRedis connection = RawRedis.connect(address());
    int at = options.indexOf("--requirepass");
    if (at >= 0) {
      String answer = connection.ask("AUTH", options.get(at + 1));
      if (!answer.equals("+OK\r\n")) {
        connection.close();
        throw new IOException("AUTH was answered " + answer);
      }
    }
    return connection;
  }

  /** Runs one command on a connection of its own; the reply as text, protocol marks included. */
  public String command(String... arguments) {
    try (RawRedis connection = connect()) {
      return connection.ask(arguments);
    } catch (IOException e) {
      throw new UncheckedIOException(String.join(" ", arguments), e);
    }
  }

  /** The fields of INFO, all sections. */
  public Map<String, String> info() {
    Map<String, String> fields = new HashMap<>();
    for (String line : command("INFO", "everything").lines().toList()) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.charAt(0) != '#') {
        fields.put(line.substring(0, colon), line.substring(colon + 1));
      }
    }
    return fields;
  }

  /** Processor seconds the running server has used since it started. */
  public double cpuSeconds() {
    return ProcFigures.cpuSeconds(pid());
  }

  /** Stops it where it stands (SIGSTOP): connections stay open, nothing answers. */
  public void pause() {
    process.pause();
  }

  /** Lets it go on after {@link #pause}. */
  public void resume() {
    process.resume();
  }

  /** Ends it in order (SIGTERM) and waits; {@link #restart} brings it back. */
  public void stop() {
    process.terminate(STOP_WITHIN);
  }

  /** Ends it at once (SIGKILL); {@link #restart} brings it back. */
  public void kill() {
    process.kill();
  }

  /** Starts it again on the same port and folder, empty unless it was told to persist. */
  public void restart() {
    process.kill();
    try {
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot restart redis-server", e);
    }
    awaitReady();
  }

  @Override
  public void close() {
    process.kill();
    ChildProcess.removeTree(folder);
  }

  private ChildProcess launch() throws IOException {
    List<String> command = new ArrayList<>();
    command.add(RedisBinary.path().toString());
    command.addAll(List.of("--port", Integer.toString(port), "--bind", host.address()));
    command.addAll(List.of("--protected-mode", host.equals(Host.LOCAL) ? "yes" : "no"));
    command.addAll(List.of("--unixsocket", unixSocket().toString(), "--unixsocketperm", "700"));
    command.addAll(List.of("--dir", folder.toString(), "--save", "", "--appendonly", "no"));
    command.addAll(List.of("--daemonize", "no", "--tcp-backlog", "128"));
    command.addAll(options);
    return ChildProcess.start(host.command(command), folder, folder.resolve("redis.log"));
  }

  private void awaitReady() {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (process.isAlive() && System.nanoTime() < deadline) {
      try (RawRedis connection = RawRedis.connect(address())) {
        String answer = connection.ask("PING");
        // An error other than LOADING is an answer too: NOAUTH where a password is set.
        if (!answer.startsWith("-LOADING") && process.isAlive()) {
          return;
        }
      } catch (IOException notYet) {
        // it is still starting: asked again until the deadline
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
    process.kill();
    throw new IllegalStateException("redis-server on port " + port + " did not start: " + log());
  }
}
