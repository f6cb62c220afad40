package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PgBouncer in transaction mode in front of a PostgreSQL, where it is installed: a pooler in C of
 * the same kind, for comparison. It believes every client (auth_type trust). Blocking; one thread
 * at a time.
 */
public final class PgBouncer implements AutoCloseable {
  private static final Duration READY_WITHIN = Duration.ofSeconds(10);
  private static final Pattern VERSION = Pattern.compile("PgBouncer (\\d+)\\.(\\d+)\\S*");

  /** It refuses to run as root. */
  private static final List<String> AS_NOBODY =
      "root".equals(System.getProperty("user.name"))
          ? List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--")
          : List.of();

  private final Path folder;
  private final int port;
  private final ChildProcess process;

  /**
   * An installed version.
   *
   * @param text such as {@code PgBouncer 1.18.0}
   */
  public record Version(String text, int major, int minor) {
    /** Whether named prepared statements work in transaction mode: since 1.21. */
    public boolean canPrepare() {
      return major > 1 || (major == 1 && minor >= 21);
    }
  }

  private PgBouncer(Path folder, int port, ChildProcess process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
  }

  /** Its version, or empty where it is not installed. */
  public static Optional<Version> version() {
    return PostgresServer.systemProgram("pgbouncer").flatMap(PgBouncer::versionOf);
  }

  private static Optional<Version> versionOf(Path program) {
    try {
      Process process =
          new ProcessBuilder(program.toString(), "--version").redirectErrorStream(true).start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return parsed(text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot run " + program, e);
    }
  }

  /** A version out of what {@code --version} prints. */
  static Optional<Version> parsed(String text) {
    Matcher matcher = VERSION.matcher(text);
    return matcher.find()
        ? Optional.of(
            new Version(
                matcher.group(),
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  /**
   * Starts it and waits until it answers through a server connection.
   *
   * @param user one whom the server believes without a password
   * @param poolSize server connections
   * @throws IllegalStateException where it is not installed or does not start
   */
  public static PgBouncer inFrontOf(PostgresServer server, String user, int poolSize) {
    Path program =
        PostgresServer.systemProgram("pgbouncer")
            .orElseThrow(() -> new IllegalStateException("no pgbouncer here"));
    boolean prepares = version().orElseThrow().canPrepare();
    try {
      Path folder = Files.createTempDirectory("nearside-pgbouncer-");
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
      int port = FreePort.next();
      Path users = folder.resolve("users.txt");
      Files.writeString(users, "\"%s\" \"\"\n".formatted(user));
      Path config = folder.resolve("pgbouncer.ini");
      Files.writeString(
          config,
          """
          [databases]
          * = host=127.0.0.1 port=%d
          [pgbouncer]
          listen_addr = 127.0.0.1
          listen_port = %d
          unix_socket_dir =
          auth_type = trust
          auth_file = %s
          pool_mode = transaction
          default_pool_size = %d
          max_client_conn = 1000
          log_connections = 0
          log_disconnections = 0
          %s
          """
              .formatted(
                  server.port(),
                  port,
                  users,
                  poolSize,
                  prepares ? "max_prepared_statements = 500" : ""));
      List<String> command = new ArrayList<>(AS_NOBODY);
      command.addAll(List.of(program.toString(), config.toString()));
      Path log = folder.resolve("pgbouncer.log");
      var proxy = new PgBouncer(folder, port, ChildProcess.start(command, folder, log));
      proxy.awaitReady(user, log);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + program, e);
    }
  }

  private void awaitReady(String user, Path log) throws IOException {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (process.isAlive() && System.nanoTime() < deadline) {
      try (RawPostgres connection = RawPostgres.login(port, PostgresServer.DATABASE, user, "")) {
        if (connection.rows("SELECT 1").size() == 1) {
          return;
        }
      } catch (IOException notYet) {
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
    }
    String text = Files.readString(log);
    close();
    throw new IllegalStateException("pgbouncer does not answer: " + text);
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
