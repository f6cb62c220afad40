package io.nearside.tests.stack;

import java.io.File;
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
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A sidecar as a child process: {@code io.nearside.agent.Main run --config FILE} on the JDK of this
 * JVM, with the flags of the launcher, its output in a log file. Where it listens it says itself,
 * in the line {@code ready redis=HOST:PORT admin=HOST:PORT}. Blocking; one thread at a time.
 */
public final class SidecarProcess implements AutoCloseable {
  /** The JVM flags every launcher uses, relative to the repository. */
  static final String OPTIONS_FILE = "agent/src/main/launch/jvm.options";

  /** The program's main class. */
  public static final String MAIN_CLASS = "io.nearside.agent.Main";

  /** The name of the configuration file in a sidecar's folder. */
  public static final String CONFIG_FILE = "nearside.yaml";

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(30);
  private static final Pattern READY =
      Pattern.compile("\\bready( redis=(?<redis>\\S+))?( postgres=\\S+)? admin=(?<admin>\\S+)");
  private static final Pattern PORT = Pattern.compile(":(\\d+)$");

  private final Host host;
  private final Path folder;
  private final List<String> command;
  private ChildProcess process;
  private int redisPort;
  private int adminPort;

  private SidecarProcess(Host host, Path folder, List<String> command) throws IOException {
    this.host = host;
    this.folder = folder;
    this.command = List.copyOf(command);
    this.process = ChildProcess.start(command, folder, log(folder));
  }

  /**
   * Starts a sidecar and waits for its ready line.
   *
   * @param yaml the text of its configuration file
   * @param jvmFlags flags after those of the launcher, such as {@code -Xmx64m}
   * @throws IllegalStateException with its log when it ends or is not ready within a minute
   */
  public static SidecarProcess start(String yaml, String... jvmFlags) {
    SidecarProcess sidecar = launch(yaml, jvmFlags);
    try {
      sidecar.awaitReady();
      return sidecar;
    } catch (IllegalStateException notReady) {
      sidecar.close();
      throw notReady;
    }
  }

  /** Starts a sidecar and waits for nothing: for start-up times and refused configurations. */
  public static SidecarProcess launch(String yaml, String... jvmFlags) {
    return launch(Host.LOCAL, yaml, UnaryOperator.identity(), jvmFlags);
  }

  /** The same on a host; its admin listener must be at the host's address. */
  public static SidecarProcess launch(Host host, String yaml, String... jvmFlags) {
    return launch(host, yaml, UnaryOperator.identity(), jvmFlags);
  }

  /**
   * As {@link #launch(String, String...)}.
   *
   * @param libraries what to make of its class path: another version of a library
   */
  public static SidecarProcess launch(
      String yaml, UnaryOperator<String> libraries, String... jvmFlags) {
    return launch(Host.LOCAL, yaml, libraries, jvmFlags);
  }

  private static SidecarProcess launch(
      Host host, String yaml, UnaryOperator<String> libraries, String... jvmFlags) {
    return launchBy(
        host,
        yaml,
        folder -> {
          List<String> command = new ArrayList<>();
          command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
          command.add("@" + RepositoryRoot.path().resolve(OPTIONS_FILE));
          command.addAll(List.of(jvmFlags));
          command.addAll(
              List.of(
                  "-cp",
                  libraries.apply(classPath()),
                  MAIN_CLASS,
                  "run",
                  "--config",
                  folder.resolve(CONFIG_FILE).toString()));
          return host.command(command);
        });
  }

  /** The command line of a sidecar whose configuration is {@link #CONFIG_FILE} in a folder. */
  @FunctionalInterface
  public interface CommandLine {
    /** The words, the program first. */
    List<String> of(Path folder) throws IOException;
  }

  /**
   * Starts a sidecar by a command of the caller's, such as that of the image, and waits for
   * nothing.
   */
  public static SidecarProcess launchBy(String yaml, CommandLine command) {
    return launchBy(Host.LOCAL, yaml, command);
  }

  private static SidecarProcess launchBy(Host host, String yaml, CommandLine command) {
    try {
      Path folder = Files.createTempDirectory("nearside-sidecar-");
      Files.writeString(folder.resolve(CONFIG_FILE), yaml);
      return new SidecarProcess(host, folder, command.of(folder));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a sidecar", e);
    }
  }

  /** Whether the program is on the class path of this JVM. */
  public static boolean isAvailable() {
    return isThere(MAIN_CLASS);
  }

  /** Whether the program has a PostgreSQL face. */
  public static boolean hasPostgres() {
    return isThere("io.nearside.agent.postgres.PostgresFace");
  }

  private static boolean isThere(String name) {
    try {
      Class.forName(name, false, SidecarProcess.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException notBuilt) {
      return false;
    }
  }

  /** The loopback port of the Redis face, once ready. */
  public int redisPort() {
    return redisPort;
  }

  /** The port of the admin listener, once ready. */
  public int adminPort() {
    return adminPort;
  }

  /** The process id. */
  public long pid() {
    return process.pid();
  }

  /** The configuration file: rewrite it to test a reload. */
  public Path configFile() {
    return folder.resolve(CONFIG_FILE);
  }

  /** The sidecar's folder, removed by {@link #close}. */
  public Path folder() {
    return folder;
  }

  /** Whether it still runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it has printed so far. */
  public String log() {
    try {
      return Files.readString(log(folder), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Resident memory, in bytes. */
  public long residentBytes() {
    return ProcFigures.residentBytes(pid());
  }

  /** Processor seconds used so far by all its threads. */
  public double cpuSeconds() {
    return ProcFigures.cpuSeconds(pid());
  }

  /** Stops it where it stands (SIGSTOP). */
  public void pause() {
    process.pause();
  }

  /** Lets it go on after {@link #pause}. */
  public void resume() {
    process.resume();
  }

  /** Makes it read its configuration again (SIGHUP). */
  public void hangUp() {
    process.signal("HUP");
  }

  /** Ends it in order (SIGTERM) and waits; gives the exit code, 0 where it drained. */
  public int stop() {
    return process.terminate(STOP_WITHIN);
  }

  /** Ends it at once (SIGKILL). */
  public void kill() {
    process.kill();
  }

  /** Waits until it ends by itself; gives the exit code. */
  public int awaitExit(Duration wait) {
    return process.awaitExit(wait);
  }

  /** Starts it again with the same configuration after it was stopped or killed. */
  public void restart() {
    relaunch();
    awaitReady();
  }

  /** As {@link #restart}, but waits for nothing. */
  public void relaunch() {
    process.kill();
    try {
      Files.deleteIfExists(log(folder));
      process = ChildProcess.start(command, folder, log(folder));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot restart the sidecar", e);
    }
  }

  /** One GET of the admin listener: the body, whatever the status. */
  public HttpResponse<String> get(String path) {
    try (HttpClient http = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://" + host.address() + ":" + adminPort + path);
      return http.send(
          HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException("GET " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in GET " + path, e);
    }
  }

  /** Waits for the ready line, at most a minute. */
  public void awaitReady() {
    awaitReady(READY_WITHIN);
  }

  /**
   * Waits for the ready line; many that start at once on few cores take their time.
   *
   * @throws IllegalStateException with its log when it ends or is not ready in time
   */
  public void awaitReady(Duration wait) {
    Matcher ready = awaitLog(READY, wait);
    String redis = ready.group("redis");
    redisPort = redis == null ? 0 : port(redis);
    adminPort = port(ready.group("admin"));
  }

  /** Waits until {@code GET /readyz} answers 200; within 30 s or it fails with the last answer. */
  public void awaitReadyz() {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      HttpResponse<String> answer = get("/readyz");
      if (answer.statusCode() == 200) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(answer.statusCode() + " " + answer.body());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /**
   * Waits until the log holds a match.
   *
   * @throws IllegalStateException with the log when the process ends or the time is over before
   */
  public Matcher awaitLog(Pattern pattern, Duration wait) {
    long deadline = System.nanoTime() + wait.toNanos();
    while (true) {
      boolean alive = process.isAlive();
      String log = log();
      Matcher matcher = pattern.matcher(log);
      if (matcher.find()) {
        return matcher;
      }
      if (!alive || System.nanoTime() > deadline) {
        throw new IllegalStateException(
            (alive ? "no '" + pattern + "' within " + wait : "the sidecar ended") + ": " + log);
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
  }

  @Override
  public void close() {
    process.kill();
    ChildProcess.removeTree(folder);
  }

  private static Path log(Path folder) {
    return folder.resolve("sidecar.log");
  }

  private static int port(String address) {
    Matcher port = PORT.matcher(address);
    return port.find() ? Integer.parseInt(port.group(1)) : 0;
  }

  /**
   * The packaged sidecar where the launcher started us (property {@code nearside.home}), else the
   * class path of this JVM, which in a build stands for what was just compiled; without the tests'
   * own classes, whose log settings are not the sidecar's.
   */
  static String classPath() throws IOException {
    String home = System.getProperty("nearside.home");
    if (home != null) {
      Path target = Path.of(home, "agent", "target");
      try (var jars = Files.newDirectoryStream(target, "nearside-agent-*.jar")) {
        Optional<Path> jar = Optional.empty();
        for (Path candidate : jars) {
          jar = Optional.of(candidate);
        }
        if (jar.isPresent()) {
          return jar.get() + File.pathSeparator + target.resolve("lib") + File.separator + "*";
        }
      }
    }
    List<String> entries = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.endsWith("test-classes")) {
        entries.addAll(expanded(entry));
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  /** Surefire may hide the class path in the manifest of an otherwise empty jar. */
  private static List<String> expanded(String entry) throws IOException {
    Path path = Path.of(entry);
    if (!entry.endsWith(".jar") || !path.getFileName().toString().startsWith("surefirebooter")) {
      return List.of(path.toAbsolutePath().toString());
    }
    try (var jar = new JarFile(path.toFile())) {
      String hidden = jar.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
      List<String> entries = new ArrayList<>();
      for (String url : hidden == null ? new String[0] : hidden.trim().split("\\s+", -1)) {
        entries.add(Path.of(path.toUri().resolve(url)).toString());
      }
      return entries;
    }
  }
}
