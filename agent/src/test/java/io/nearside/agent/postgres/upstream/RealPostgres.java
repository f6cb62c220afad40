package io.nearside.agent.postgres.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.nearside.config.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One real PostgreSQL server of this machine: a primary, or a streaming replica that began as a
 * cold copy of one. Root runs it as nobody. The user is {@code postgres}, trusted.
 */
final class RealPostgres implements AutoCloseable {
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
  private static final long COMMAND_SECONDS = 60;

  private final Path home;
  private final Path folder;
  private final int port;
  private @Nullable Process process;

  private RealPostgres(Path home, Path folder, int port) {
    this.home = home;
    this.folder = folder;
    this.port = port;
  }

  /** Where the programs are; null on a machine without a server. */
  static @Nullable Path home() throws IOException {
    String told = System.getenv("NEARSIDE_TEST_POSTGRES");
    if (told != null) {
      return Path.of(told);
    }
    if (!Files.isDirectory(DEBIAN)) {
      return null;
    }
    try (Stream<Path> versions = Files.list(DEBIAN)) {
      return versions
          .filter(version -> Files.isExecutable(version.resolve("bin/postgres")))
          .max(Comparator.comparingInt(version -> Integer.parseInt("" + version.getFileName())))
          .orElse(null);
    }
  }

  /** A primary that is not started. */
  static RealPostgres primary(Path home) throws IOException {
    RealPostgres made = new RealPostgres(home, newFolder(), freePort());
    run(
        asServer(
            "" + home.resolve("bin/initdb"),
            "-D",
            "" + made.data(),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-N"));
    made.configure(
        """
        fsync=off
        unix_socket_directories=''
        listen_addresses='127.0.0.1'
        wal_level=replica
        max_connections=30
        shared_buffers=16MB
        wal_keep_size=64MB
        wal_retrieve_retry_interval=100ms
        """);
    made.configure("port=" + made.port);
    return made;
  }

  /** A replica of this server, which must be stopped; not started. */
  RealPostgres replica() throws IOException {
    RealPostgres made = new RealPostgres(home, newFolder(), freePort());
    run(List.of("cp", "-a", "" + data(), "" + made.data()));
    made.configure("port=" + made.port);
    made.follow(this);
    return made;
  }

  /** Streams from that server from its next start on. */
  void follow(RealPostgres primary) throws IOException {
    configure("primary_conninfo='host=127.0.0.1 port=" + primary.port + " user=postgres'\n");
    Path signal = data().resolve("standby.signal");
    if (!Files.exists(signal)) {
      Files.createFile(signal);
      own(signal);
    }
  }

  /**
   * Speaks TLS from its next start on, with a certificate for 127.0.0.1 that signs itself.
   *
   * @return the certificate's file
   */
  Path tls() throws IOException {
    Path key = data().resolve("server.key");
    Path certificate = data().resolve("server.crt");
    run(
        List.of(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=test",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            "" + key,
            "-out",
            "" + certificate));
    own(key);
    own(certificate);
    run(List.of("chmod", "600", "" + key));
    configure("ssl=on");
    return certificate;
  }

  /** Only TLS is let in from its next start on. */
  void onlyTls() throws IOException {
    Files.writeString(data().resolve("pg_hba.conf"), "hostssl all all 127.0.0.1/32 trust\n");
  }

  private void configure(String lines) throws IOException {
    Files.writeString(
        data().resolve("postgresql.conf"), "\n" + lines + "\n", StandardOpenOption.APPEND);
  }

  HostPort address() {
    return new HostPort("127.0.0.1", port);
  }

  private Path data() {
    return folder.resolve("data");
  }

  /** Starts it and waits until it takes connections. */
  RealPostgres start() throws IOException {
    process =
        new ProcessBuilder(asServer("" + home.resolve("bin/postgres"), "-D", "" + data()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
            .start();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(COMMAND_SECONDS);
    while (!isReady()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new IOException("not started: " + Files.readString(folder.resolve("log")));
      }
      pause();
    }
    return this;
  }

  /** The last line but for padding of postmaster.pid (miscadmin.h, LOCK_FILE_LINE_PM_STATUS). */
  private boolean isReady() throws IOException {
    Path pid = data().resolve("postmaster.pid");
    return Files.exists(pid) && Files.readString(pid).stripTrailing().endsWith("ready");
  }

  /** Fast shutdown. */
  void stop() throws IOException {
    signal("INT");
    await();
  }

  /** As if the machine had died. */
  void kill() throws IOException {
    signal("KILL");
    await();
  }

  /** The process and all its backends stand still, as behind a cut cable. */
  void freeze() throws IOException {
    signalAll("STOP");
  }

  void thaw() throws IOException {
    signalAll("CONT");
  }

  private void signalAll(String signal) throws IOException {
    Process running = process;
    if (running != null) {
      List<String> command = new ArrayList<>(List.of("kill", "-" + signal, "" + running.pid()));
      running.descendants().forEach(child -> command.add("" + child.pid()));
      // A backend may have gone meanwhile; that is no failure.
      new ProcessBuilder(command).redirectErrorStream(true).start().onExit().join();
    }
  }

  private void signal(String signal) throws IOException {
    Process running = process;
    if (running != null && running.isAlive()) {
      run(List.of("kill", "-" + signal, "" + running.pid()));
    }
  }

  private void await() throws IOException {
    Process running = process;
    process = null;
    try {
      if (running != null && !running.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("does not stop");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Path newFolder() throws IOException {
    Path folder = Files.createTempDirectory("nearside-upstream-");
    own(folder);
    return folder;
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static void own(Path path) throws IOException {
    if (isRoot()) {
      run(List.of("chown", "nobody:nogroup", "" + path));
    }
  }

  private static List<String> asServer(String... command) {
    List<String> words = new ArrayList<>();
    if (isRoot()) {
      words.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"));
    }
    words.addAll(List.of(command));
    return words;
  }

  private static void run(List<String> command) throws IOException {
    Process running = new ProcessBuilder(command).redirectErrorStream(true).start();
    running.getOutputStream().close();
    String output = new String(running.getInputStream().readAllBytes(), UTF_8);
    try {
      if (!running.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || running.exitValue() != 0) {
        throw new IOException(command + ": " + output);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException {
    Process running = process;
    if (running != null) {
      thaw();
      signal("QUIT");
      await();
    }
    run(List.of("rm", "-rf", "" + folder));
  }
}
