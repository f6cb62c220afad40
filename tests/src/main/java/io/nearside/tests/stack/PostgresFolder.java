package io.nearside.tests.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder of one PostgreSQL server: its data, its unix socket, its log. As root everything in it
 * belongs to nobody, as whom the server runs then. Blocking; one thread at a time.
 */
final class PostgresFolder {
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
  private static final List<String> AS_NOBODY =
      List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--");

  private static final String SETTINGS =
      """
      listen_addresses = '127.0.0.1'
      max_connections = 100
      shared_buffers = 16MB
      dynamic_shared_memory_type = mmap
      fsync = off
      full_page_writes = off
      synchronous_commit = on
      wal_level = logical
      wal_keep_size = 256MB
      max_wal_senders = 10
      max_replication_slots = 10
      max_wal_size = 256MB
      hot_standby_feedback = off
      wal_retrieve_retry_interval = 100ms
      autovacuum_naptime = 1h
      jit = off
      lc_messages = 'C'
      timezone = 'UTC'
      log_timezone = 'UTC'
      """;

  private static final String ACCESS =
      """
      local all             all                         trust
      local replication     all                         trust
      host  replication     postgres       127.0.0.1/32 scram-sha-256
      host  all             md5_user       127.0.0.1/32 md5
      host  all             cleartext_user 127.0.0.1/32 password
      host  all             trusted_user   127.0.0.1/32 trust
      host  all             all            127.0.0.1/32 scram-sha-256
      """;

  private final Path root;

  private PostgresFolder(Path root) {
    this.root = root;
  }

  static PostgresFolder create() {
    try {
      var folder = new PostgresFolder(Files.createTempDirectory("nearside-pg-"));
      folder.own(folder.root);
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path root() {
    return root;
  }

  Path data() {
    return root.resolve("data");
  }

  Path log() {
    return root.resolve("postgres.log");
  }

  /** A program of the embedded server with its arguments, as the user who owns the folder. */
  List<String> command(String program, List<String> arguments) {
    List<String> command = new ArrayList<>(ROOT ? AS_NOBODY : List.of());
    command.add(PostgresBinaries.home().resolve("bin").resolve(program).toString());
    command.addAll(arguments);
    return command;
  }

  void initdb(String superuser, String password) throws IOException {
    Path file = root.resolve("password");
    Files.writeString(file, password);
    own(file);
    run(
        command(
            "initdb",
            List.of(
                "--pgdata=" + data(),
                "--username=" + superuser,
                "--pwfile=" + file,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--no-instructions")));
    Files.delete(file);
    write("pg_hba.conf", ACCESS);
    append("postgresql.conf", SETTINGS);
  }

  void configure(List<String> settings) throws IOException {
    append("postgresql.conf", String.join("\n", settings) + "\n");
  }

  /** Copies a running server's data between pg_backup_start and pg_backup_stop. */
  void copyOnline(PostgresFolder from, SocketAddress address) throws IOException {
    try (RawPostgres primary =
        RawPostgres.login(address, PostgresServer.SUPERUSER, PostgresServer.SUPERUSER, "")) {
      primary.rows("SELECT pg_backup_start('nearside', true)");
      copy(from.data());
      String label =
          String.valueOf(
              primary.rows("SELECT labelfile FROM pg_backup_stop(false)").getFirst().getFirst());
      for (String run : List.of("pg_wal", "pg_dynshmem", "pg_stat_tmp")) {
        empty(data().resolve(run));
      }
      ChildProcess.removeTree(data().resolve("pg_replslot"));
      Files.createDirectory(data().resolve("pg_replslot"));
      own(data().resolve("pg_replslot"));
      forgetRun();
      write("backup_label", label);
    }
  }

  private void copy(Path from) throws IOException {
    List<String> command = List.of("cp", "-a", from.toString(), data().toString());
    Process process =
        new ProcessBuilder(command)
            .directory(root.toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    // Files that go while they are copied are replayed from the log.
    if (waitFor(process) != 0
        && errors.lines().anyMatch(line -> !line.contains("No such file or directory"))) {
      throw new IOException("cannot copy " + from + ": " + errors);
    }
  }

  /** Removes what a run left that the next would mistake for its own. */
  void forgetRun() throws IOException {
    Files.deleteIfExists(data().resolve("postmaster.pid"));
    Files.deleteIfExists(data().resolve("postmaster.opts"));
  }

  void makeReplica(int primaryPort) throws IOException {
    write("standby.signal", "");
    // Over what the primary may have had in its own file, if it was a replica once.
    append(
        "postgresql.auto.conf",
        "recovery_min_apply_delay = 0\nprimary_conninfo = '%s'\n"
            .formatted(connectionInfo(primaryPort)));
  }

  /** Where a replica finds its primary, in libpq's words. */
  static String connectionInfo(int primaryPort) {
    return "host=127.0.0.1 port=%d user=%s password=%s application_name=replica"
        .formatted(
            primaryPort,
            PostgresServer.SUPERUSER,
            PostgresServer.password(PostgresServer.SUPERUSER));
  }

  /** Puts a file into the data folder that only the server's user may read. */
  void install(Path file, String name) throws IOException {
    write(name, Files.readString(file));
    run(List.of("chmod", "600", data().resolve(name).toString()));
  }

  void remove() {
    ChildProcess.removeTree(root);
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(data().resolve(name), text);
    own(data().resolve(name));
  }

  private void append(String name, String text) throws IOException {
    Files.writeString(data().resolve(name), text, StandardOpenOption.APPEND);
  }

  private static void empty(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (var list = Files.list(folder)) {
        for (Path path : list.toList()) {
          // Folders of the log (archive_status, summaries) have to stay, but empty.
          if (Files.isDirectory(path)) {
            empty(path);
          } else {
            Files.delete(path);
          }
        }
      }
    }
  }

  private void own(Path path) throws IOException {
    if (ROOT) {
      run(List.of("chown", "nobody:nogroup", path.toString()));
    }
  }

  private void run(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).directory(root.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int exit = waitFor(process);
    if (exit != 0) {
      throw new IOException(String.join(" ", command) + " ended with " + exit + ": " + output);
    }
  }

  private static int waitFor(Process process) {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new IllegalStateException(e);
    }
  }
}
