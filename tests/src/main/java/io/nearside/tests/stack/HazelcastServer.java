package io.nearside.tests.stack;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A stock Hazelcast member as a child process, with the configuration of {@code
 * docker/hazelcast.yaml}; only where it listens and whom it asks is otherwise. Blocking; one thread
 * at a time.
 */
public final class HazelcastServer implements AutoCloseable {

  /** What {@code docker/hazelcast.yaml} calls the cluster. */
  public static final String CLUSTER_NAME = "nearside";

  private static final String MAIN_CLASS = "com.hazelcast.core.server.HazelcastMemberStarter";
  private static final Duration STARTED_WITHIN = Duration.ofMinutes(4);
  private static final String LOG = "hazelcast.log";

  private final Path folder;
  private final List<String> command;
  private final int port;
  private ChildProcess process;

  private HazelcastServer(Path folder, List<String> command, int port) throws IOException {
    this.folder = folder;
    this.command = command;
    this.port = port;
    this.process = ChildProcess.start(command, folder, folder.resolve(LOG));
  }

  /**
   * Starts one and does not wait for it.
   *
   * @param jar the Hazelcast to run, see {@link #current} and {@link #previous}
   * @param port where it listens on loopback
   * @param members ports of all members that are to form a cluster
   */
  public static HazelcastServer launch(Path jar, int port, List<Integer> members) {
    String addresses =
        members.stream().map(each -> "127.0.0.1:" + each).collect(Collectors.joining(","));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + RepositoryRoot.path().resolve(SidecarProcess.OPTIONS_FILE));
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-Dhazelcast.config=" + RepositoryRoot.path().resolve("docker/hazelcast.yaml"));
    command.add("-Dhazelcast.local.localAddress=127.0.0.1");
    command.add("-Dhazelcast.socket.server.bind.any=false");
    command.add("-Dhz.network.port.port=" + port);
    command.add("-Dhz.network.join.kubernetes.enabled=false");
    command.add("-Dhz.network.join.tcp-ip.enabled=true");
    command.add("-Dhz.network.join.tcp-ip.members=" + addresses);
    command.addAll(List.of("-cp", jar.toString(), MAIN_CLASS));
    try {
      return new HazelcastServer(
          Files.createTempDirectory("nearside-hazelcast-"), List.copyOf(command), port);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start a Hazelcast member", e);
    }
  }

  /** The Hazelcast that Nearside is built with. */
  public static Path current() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .map(Path::of)
        .flatMap(HazelcastServer::jars)
        .filter(HazelcastServer::isHazelcast)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no Hazelcast on the class path"));
  }

  /**
   * The Hazelcast of the minor version before, which the build has put beside the classes.
   *
   * @throws IllegalStateException when it is not there
   */
  public static Path previous() {
    Path folder = RepositoryRoot.path().resolve("tests/target/hazelcast-previous");
    return jars(folder.resolve("*"))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "none in " + folder + ": mvn -pl tests generate-test-resources"));
  }

  /** Whether it is a Hazelcast's jar, by its name. */
  public static boolean isHazelcast(Path jar) {
    return jar.getFileName().toString().matches("hazelcast-\\d.*\\.jar");
  }

  /** What an entry of a class path stands for: itself, or the jars in a folder. */
  public static Stream<Path> jars(Path entry) {
    if (!entry.endsWith("*")) {
      return Stream.of(entry);
    }
    File[] files =
        entry
            .toAbsolutePath()
            .resolveSibling("")
            .toFile()
            .listFiles((_, name) -> name.endsWith(".jar"));
    return files == null ? Stream.empty() : Arrays.stream(files).map(File::toPath);
  }

  /** Its port on loopback. */
  public int port() {
    return port;
  }

  /**
   * Waits until it lists this many members, itself included.
   *
   * @throws IllegalStateException with its log when it ends or does not in time
   */
  public HazelcastServer awaitMembers(int count) {
    long deadline = System.nanoTime() + STARTED_WITHIN.toNanos();
    while (!lastSize().equals("size:" + count)) {
      if (!process.isAlive() || System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("no cluster of " + count + " members: " + log());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
    return this;
  }

  /** What its newest list says, such as {@code size:2}; empty when there is none. */
  private String lastSize() {
    String log = log();
    int list = log.lastIndexOf("Members {size:");
    int end = log.indexOf(',', list);
    return list < 0 || end < 0 ? "" : log.substring(list + "Members {".length(), end);
  }

  /**
   * Waits until its log holds this text, whether it lives or not.
   *
   * @throws IllegalStateException with its log when it does not in time
   */
  public void awaitLog(String text) {
    long deadline = System.nanoTime() + STARTED_WITHIN.toNanos();
    while (!log().contains(text)) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException("never said '" + text + "': " + log());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }

  /** What it has printed so far. */
  public String log() {
    try {
      return Files.readString(folder.resolve(LOG), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends it at once (SIGKILL). */
  public void kill() {
    process.kill();
  }

  /** Starts it again after it was killed; waits for nothing. */
  public void restart() {
    process.kill();
    try {
      Files.deleteIfExists(folder.resolve(LOG));
      process = ChildProcess.start(command, folder, folder.resolve(LOG));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot restart the Hazelcast member", e);
    }
  }

  @Override
  public void close() {
    process.kill();
    ChildProcess.removeTree(folder);
  }
}
