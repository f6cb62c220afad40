package io.nearside.agent.postgres.auth;

import io.nearside.agent.net.TestKey;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Debian's PostgreSQL 15 in a folder and on a port of its own, with TLS; as nobody where we are
 * root.
 */
final class DebianPostgres implements AutoCloseable {
  private static final Path PROGRAMS = Path.of("/usr/lib/postgresql/15/bin");

  private final Path folder;
  private final int port;

  private DebianPostgres(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  static boolean isInstalled() {
    return Files.isExecutable(PROGRAMS.resolve("initdb"));
  }

  /**
   * Starts it.
   *
   * @param hba lines of pg_hba.conf for users over TCP; postgres is trusted on the unix socket
   */
  static DebianPostgres start(TestKey key, String hba) throws Exception {
    Path folder = Files.createTempDirectory("nearside-auth-postgres");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    var server = new DebianPostgres(folder, freePort());
    String data = folder.resolve("data").toString();
    server.run(program("initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-N");
    Path configuration = folder.resolve("hba");
    Files.writeString(configuration, "local all postgres trust\n" + hba);
    // The server wants its key to be its own.
    Path own = folder.resolve("key");
    server.run("install", "-m", "600", world(folder, key.keyFile()), own.toString());
    String settings =
        "-p %d -k %s -c listen_addresses=127.0.0.1 -c fsync=off -c ssl=on -c hba_file=%s"
                .formatted(server.port, folder, configuration)
            + " -c ssl_key_file=%s -c ssl_cert_file=%s"
                .formatted(own, world(folder, key.certFile()));
    server.run(program("pg_ctl"), "-D", data, "-w", "-l", folder + "/log", "-o", settings, "start");
    return server;
  }

  private static String program(String name) {
    return PROGRAMS.resolve(name).toString();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String world(Path folder, String file) throws IOException {
    Path copy = Files.createTempFile(folder, "tls", "");
    Files.writeString(copy, Files.readString(Path.of(file)));
    Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
    return copy.toString();
  }

  int port() {
    return port;
  }

  /** Runs SQL as postgres; answers what psql prints, unaligned and without headers. */
  String sql(String text) throws Exception {
    return run(
        program("psql"),
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        folder.toString(),
        "-p",
        String.valueOf(port),
        "-U",
        "postgres",
        "-c",
        text,
        "postgres");
  }

  private String run(String... command) throws Exception {
    var all = new ArrayList<String>();
    if (System.getProperty("user.name").equals("root")) {
      all.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
    }
    all.addAll(List.of(command));
    // Into a file: a server that was started would keep a pipe open.
    Path output = Files.createTempFile(folder, "out", "");
    Process process =
        new ProcessBuilder(all)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(120, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    String said = Files.readString(output, StandardCharsets.UTF_8);
    if (process.isAlive() || process.exitValue() != 0) {
      throw new IllegalStateException(command[0] + ": " + said);
    }
    return said.strip();
  }

  @Override
  public void close() throws IOException {
    try {
      var _ =
          run(
              program("pg_ctl"),
              "-D",
              folder.resolve("data").toString(),
              "-m",
              "immediate",
              "stop");
    } catch (Exception e) {
      throw new IOException(e);
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(file);
      }
    }
  }
}
