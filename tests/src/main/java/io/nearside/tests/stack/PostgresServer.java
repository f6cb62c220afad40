package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL 18 as a child process: on a free loopback port and on a unix socket, in a
 * folder of its own, without fsync. Works as root (the server runs as nobody then) and as an
 * ordinary user. Blocking; one thread at a time.
 *
 * <p>Who may log in how: over the unix socket everybody without a password; over TCP by
 * SCRAM-SHA-256, but {@code md5_user} by md5, {@code cleartext_user} in clear text and {@code
 * trusted_user} without. There are the superuser {@link #SUPERUSER}, the ordinary {@link #USER},
 * who owns the database {@link #DATABASE}, and those three; the password of each is {@link
 * #password}.
 */
public final class PostgresServer implements AutoCloseable {
  /** The superuser. */
  public static final String SUPERUSER = "postgres";

  /** An ordinary user, owner of {@link #DATABASE}. */
  public static final String USER = "app";

  /** The database of {@link #USER}. */
  public static final String DATABASE = "app";

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(30);
  private static final int START_ATTEMPTS_MAX = 5;

  private final PostgresFolder folder;
  private final int port;
  private final boolean everReplica;
  private ChildProcess process;

  private PostgresServer(PostgresFolder folder, int port, boolean everReplica) throws IOException {
    this.folder = folder;
    this.port = port;
    this.everReplica = everReplica;
    this.process = launch();
  }

  /** Whether there is a PostgreSQL for this machine. */
  public static boolean isAvailable() {
    return PostgresBinaries.areThere();
  }

  /**
   * Makes a cluster, starts it and waits until it answers.
   *
   * @param settings as in postgresql.conf: {@code "max_connections = 20"}
   * @throws IllegalStateException with the server's own log when it does not come up
   */
  public static PostgresServer start(String... settings) {
    PostgresFolder folder = PostgresFolder.create();
    try {
      folder.initdb(SUPERUSER, password(SUPERUSER));
      folder.configure(List.of(settings));
      PostgresServer server = startIn(folder, FreePort::next, START_ATTEMPTS_MAX, false);
      server.makeUsers();
      return server;
    } catch (IOException | RuntimeException e) {
      folder.remove();
      throw failure(e);
    }
  }

  /**
   * Copies a running primary online and starts the copy as its streaming replica.
   *
   * @param settings as in postgresql.conf, after those of the primary
   */
  public static PostgresServer replicaOf(PostgresServer primary, String... settings) {
    PostgresFolder folder = PostgresFolder.create();
    try {
      folder.copyOnline(primary.folder, primary.address());
      folder.configure(List.of(settings));
      folder.makeReplica(primary.port);
      return startIn(folder, FreePort::next, START_ATTEMPTS_MAX, true);
    } catch (IOException | RuntimeException e) {
      folder.remove();
      throw failure(e);
    }
  }

  private interface Ports {
    int next();
  }

  private static PostgresServer startIn(
      PostgresFolder folder, Ports ports, int attempts, boolean replica) throws IOException {
    IllegalStateException last = new IllegalStateException("never tried");
    for (int attempt = 0; attempt < attempts; attempt++) {
      var server = new PostgresServer(folder, ports.next(), replica);
      try {
        server.awaitReady();
        return server;
      } catch (IllegalStateException portTaken) {
        last = portTaken;
      }
    }
    throw last;
  }

  private static IllegalStateException failure(Exception e) {
    return e instanceof IllegalStateException already
        ? already
        : new IllegalStateException("cannot start PostgreSQL", e);
  }

  /** The password of a user that {@link #start} made. */
  public static String password(String user) {
    return user + "-secret";
  }

  /**
   * A program of the machine, not of ours: psql, pgbench, pgbouncer, from the path or where Debian
   * puts it; of several versions the newest.
   */
  public static Optional<Path> systemProgram(String name) {
    List<Path> folders = new ArrayList<>();
    for (String entry : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
      folders.add(Path.of(entry.isEmpty() ? "." : entry));
    }
    folders.addAll(List.of(Path.of("/usr/bin"), Path.of("/usr/sbin")));
    Path versions = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(versions)) {
      try (var list = Files.list(versions)) {
        list.sorted((a, b) -> b.compareTo(a)).forEach(v -> folders.add(v.resolve("bin")));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return folders.stream().map(f -> f.resolve(name)).filter(Files::isExecutable).findFirst();
  }

  /** The loopback port; the same after a restart. */
  public int port() {
    return port;
  }

  /** The unix socket; its path is short enough for every client. */
  public Path unixSocket() {
    return folder.root().resolve(".s.PGSQL." + port);
  }

  /** The folder of the unix socket, what libpq calls the host. */
  public Path folder() {
    return folder.root();
  }

  /** The process id of the running postmaster. */
  public long pid() {
    return process.pid();
  }

  /** Whether the postmaster runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** What the server has logged so far. */
  public String log() {
    try {
      return Files.readString(folder.log(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A fresh raw connection over TCP, logged in as {@link #USER} to {@link #DATABASE}. */
  public RawPostgres connect() throws IOException {
    return connect(DATABASE, USER);
  }

  /** A fresh raw connection over TCP, logged in with {@link #password}. */
  public RawPostgres connect(String database, String user) throws IOException {
    return RawPostgres.login(port, database, user, password(user));
  }

  /** Runs SQL as superuser over the unix socket in {@link #DATABASE}; the rows as text. */
  public List<List<@Nullable String>> sql(String sql) {
    return sqlIn(DATABASE, sql);
  }

  /** Runs SQL as superuser over the unix socket in any database; the rows as text. */
  public List<List<@Nullable String>> sqlIn(String database, String sql) {
    try (RawPostgres connection = RawPostgres.login(address(), database, SUPERUSER, "")) {
      List<List<@Nullable String>> rows = connection.rows(sql);
      connection.send(PostgresRequest.terminate());
      return rows;
    } catch (IOException e) {
      throw new UncheckedIOException(sql, e);
    }
  }

  /** The one value of a query as superuser. */
  public String value(String sql) {
    return String.valueOf(sql(sql).getFirst().getFirst());
  }

  /** Changes a setting for good (ALTER SYSTEM) and reloads. */
  public void set(String name, String value) {
    sql("ALTER SYSTEM SET " + name + " = '" + value.replace("'", "''") + "'");
    sql("SELECT pg_reload_conf()");
  }

  /** Makes the server take TLS with this certificate; PEM files, readable by us. */
  public void enableTls(Path certificate, Path key) {
    try {
      folder.install(certificate, "tls.crt");
      folder.install(key, "tls.key");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    set("ssl_cert_file", "tls.crt");
    set("ssl_key_file", "tls.key");
    set("ssl", "on");
  }

  /** The position of the primary's log, in bytes. */
  public long insertPosition() {
    return Long.parseLong(value("SELECT pg_current_wal_insert_lsn() - '0/0'"));
  }

  /** How far a replica has replayed, in bytes. */
  public long replayPosition() {
    return Long.parseLong(value("SELECT pg_last_wal_replay_lsn() - '0/0'"));
  }

  /** Waits until a replica has replayed all that its primary has written by now. */
  public void awaitReplayed(PostgresServer primary) {
    long position = primary.insertPosition();
    awaitTrue("SELECT pg_last_wal_replay_lsn() - '0/0' >= " + position);
  }

  /** Stops replay on a replica: what it shows stays as it is until {@link #resumeReplay}. */
  public void pauseReplay() {
    sql("SELECT pg_wal_replay_pause()");
    awaitTrue("SELECT pg_get_wal_replay_pause_state() = 'paused'");
  }

  /** Lets replay go on. */
  public void resumeReplay() {
    sql("SELECT pg_wal_replay_resume()");
  }

  /** Makes a replica replay every commit this much later; 0 for at once. */
  public void delayReplay(Duration delay) {
    set("recovery_min_apply_delay", Long.toString(delay.toMillis()));
  }

  /** Makes a replica follow another primary, which must be of the same history. */
  public void follow(PostgresServer primary) {
    set("primary_conninfo", PostgresFolder.connectionInfo(primary.port));
  }

  /** Cuts a replica off its primary; it answers on and falls behind. {@link #follow} mends it. */
  public void detach() {
    set("primary_conninfo", "");
    awaitTrue("SELECT count(*) = 0 FROM pg_stat_wal_receiver");
  }

  /** Makes a replica the primary of a new timeline and waits until it writes. */
  public void promote() {
    if (!everReplica) {
      throw new IllegalStateException("not a replica");
    }
    sql("SELECT pg_promote(true, 60)");
    awaitTrue("SELECT NOT pg_is_in_recovery()");
  }

  /** Whether the server is a replica now. */
  public boolean isReplica() {
    return value("SELECT pg_is_in_recovery()").equals("t");
  }

  /** Waits until a query as superuser gives true. */
  public void awaitTrue(String sql) {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (!value(sql).equals("t")) {
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException("never true: " + sql);
      }
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  /** Stops all its processes where they stand (SIGSTOP): nothing answers, nothing closes. */
  public void pause() {
    process.pauseTree();
  }

  /** Lets all its processes go on after {@link #pause}. */
  public void resume() {
    process.resumeTree();
  }

  /** Ends it in order with all sessions (fast shutdown: 57P01 to every client). */
  public void stop() {
    process.signal("INT");
    process.awaitExit(STOP_WITHIN);
  }

  /** Ends it without order (immediate shutdown: 57P02 to clients); recovery at {@link #restart}. */
  public void stopImmediately() {
    process.signal("QUIT");
    process.awaitExit(STOP_WITHIN);
  }

  /** Ends all its processes at once, without a word; {@link #restart} brings it back. */
  public void kill() {
    if (process.isAlive()) {
      // A child that sees its postmaster go would still tell its client.
      process.pauseTree();
    }
    process.kill();
  }

  /** Starts it again on the same port and folder. */
  public void restart() {
    process.kill();
    try {
      folder.forgetRun();
      process = launch();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot restart PostgreSQL", e);
    }
    awaitReady();
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      process.resumeTree();
      process.signal("QUIT");
      try {
        process.awaitExit(Duration.ofSeconds(5));
      } catch (IllegalStateException hangs) {
        process.kill();
      }
    }
    process.kill();
    folder.remove();
  }

  private java.net.SocketAddress address() {
    return UnixDomainSocketAddress.of(unixSocket());
  }

  private ChildProcess launch() throws IOException {
    List<String> options =
        List.of("-D", folder.data().toString(), "-p", Integer.toString(port), "-k", "" + folder());
    return ChildProcess.start(folder.command("postgres", options), folder.root(), folder.log());
  }

  private void awaitReady() {
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    while (process.isAlive() && System.nanoTime() < deadline) {
      try (var connection = RawPostgres.login(address(), SUPERUSER, SUPERUSER, "")) {
        if (process.isAlive()) {
          connection.send(PostgresRequest.terminate());
          return;
        }
      } catch (IOException notYet) {
        // it is still starting: asked again until the deadline
      }
      LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
    }
    process.kill();
    throw new IllegalStateException("PostgreSQL on port " + port + " did not start: " + log());
  }

  private void makeUsers() {
    var sql = new StringBuilder();
    for (String user : List.of(USER, "cleartext_user", "trusted_user")) {
      sql.append("CREATE ROLE %s LOGIN PASSWORD '%s';".formatted(user, password(user)));
    }
    sql.append("SET password_encryption = md5;");
    sql.append("CREATE ROLE md5_user LOGIN PASSWORD '%s'".formatted(password("md5_user")));
    sqlIn(SUPERUSER, sql.toString());
    sqlIn(SUPERUSER, "CREATE DATABASE %s OWNER %s".formatted(DATABASE, USER));
  }
}
