package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * An injector as a child process: {@code io.nearside.agent.Main injector} on the JDK of this JVM,
 * on free ports of the loopback address, its output in a log file. Blocking; one thread at a time,
 * but for the figures and {@link #get}.
 */
public final class InjectorProcess implements AutoCloseable {
  /** The image that it puts into pods. */
  public static final String IMAGE = "registry.example/nearside:0.1.0";

  /** For pods that say nothing. */
  private static final String DEFAULTS = "redis-url: redis://redis.example:6379\n";

  private static final Duration WITHIN = Duration.ofSeconds(60);
  private static final Pattern READY = Pattern.compile("\\bready webhook=\\S+ ops=\\S+");

  private final Path folder;
  private final int port;
  private final int opsPort;
  private final ChildProcess process;

  private InjectorProcess(Path folder, int port, int opsPort, List<String> command)
      throws IOException {
    this.folder = folder;
    this.port = port;
    this.opsPort = opsPort;
    this.process = ChildProcess.start(command, folder, folder.resolve("injector.log"));
  }

  /**
   * Starts an injector and waits until it listens.
   *
   * @param arguments flags beside the listeners and the image
   * @throws IllegalStateException with its log when it ends, or does not listen within a minute
   */
  public static InjectorProcess start(List<String> arguments) {
    try {
      Path folder = Files.createTempDirectory("nearside-injector-");
      int port = FreePort.next();
      int opsPort = FreePort.next();
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.add("@" + RepositoryRoot.path().resolve(SidecarProcess.OPTIONS_FILE));
      command.addAll(List.of("-cp", SidecarProcess.classPath(), SidecarProcess.MAIN_CLASS));
      Path defaults = folder.resolve("defaults.yaml");
      Files.writeString(defaults, DEFAULTS);
      command.addAll(List.of("injector", "--image", IMAGE, "--defaults", defaults.toString()));
      command.addAll(List.of("--listen", "127.0.0.1:" + port, "--ops", "127.0.0.1:" + opsPort));
      command.addAll(arguments);
      var injector = new InjectorProcess(folder, port, opsPort, command);
      try {
        injector.awaitLog(READY);
        return injector;
      } catch (IllegalStateException notReady) {
        injector.close();
        throw notReady;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start an injector", e);
    }
  }

  /** The webhook's port. */
  public int port() {
    return port;
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  /** What it has printed so far. */
  public String log() {
    try {
      return Files.readString(folder.resolve("injector.log"), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One GET of its plain listener: the body, whatever the status. */
  public HttpResponse<String> get(String path) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + opsPort + path))
              .timeout(Duration.ofSeconds(10))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException("GET " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in GET " + path, e);
    }
  }

  /**
   * The value of a metric.
   *
   * @param series its name, with its labels as the text format writes them
   * @throws IllegalStateException when there is none
   */
  public double metric(String series) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(series + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no " + series));
  }

  /** Waits until it is ready. */
  public void awaitReady() {
    long deadline = System.nanoTime() + WITHIN.toNanos();
    while (get("/readyz").statusCode() != 200) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("not ready: " + get("/readyz").body() + log());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /** Waits until the log holds a match. */
  public void awaitLog(Pattern pattern) {
    long deadline = System.nanoTime() + WITHIN.toNanos();
    while (true) {
      boolean alive = process.isAlive();
      String log = log();
      if (pattern.matcher(log).find()) {
        return;
      }
      if (!alive || System.nanoTime() > deadline) {
        throw new IllegalStateException(
            (alive ? "no '" + pattern + "' in time: " : "the injector ended: ") + log);
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  /** Ends it in order (SIGTERM) and waits; gives the exit code, 0 where it drained. */
  public int stop() {
    return process.terminate(WITHIN);
  }

  @Override
  public void close() {
    process.kill();
    ChildProcess.removeTree(folder);
  }
}
