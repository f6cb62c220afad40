package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A PostgreSQL server out of Debian's package, in a folder and on a port of its own. */
final class DebianPostgres {
  private static final Path BIN = Path.of("/usr/lib/postgresql/15/bin");

  private final Path folder;
  final int port;

  private DebianPostgres(Path folder, int port) {
    this.folder = folder;
    this.port = port;
  }

  /** Skips the test where there is none. */
  static DebianPostgres start(int connectionsMax) throws Exception {
    assumeTrue(Files.isExecutable(BIN.resolve("initdb")), "no PostgreSQL in " + BIN);
    Path folder = Files.createTempDirectory("nearside-budget");
    DebianPostgres server = new DebianPostgres(folder, freePort());
    if (isRoot()) {
      run(List.of("chown", "nobody", folder.toString()));
    }
    server.as("initdb", "-D", server.data(), "-U", "super", "-A", "trust", "-N");
    String options =
        "-p "
            + server.port
            + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
            + " -c max_connections="
            + connectionsMax;
    server.as("pg_ctl", "-D", server.data(), "-w", "-l", folder + "/log", "-o", options, "start");
    return server;
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  PgConnectOptions options(String user) {
    return new PgConnectOptions()
        .setHost("127.0.0.1")
        .setPort(port)
        .setDatabase("postgres")
        .setUser(user);
  }

  private String data() {
    return folder + "/data";
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private void as(String program, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    if (isRoot()) {
      command.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
    }
    command.add(BIN.resolve(program).toString());
    command.addAll(List.of(arguments));
    run(command);
  }

  private static void run(List<String> command) throws Exception {
    Path out = Files.createTempFile("nearside-budget", ".out");
    Process process =
        new ProcessBuilder(command)
            .directory(Path.of("/tmp").toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    assertEquals(0, ended ? process.exitValue() : -1, command + ": " + Files.readString(out));
    Files.delete(out);
  }

  void stop() throws Exception {
    as("pg_ctl", "-D", data(), "-w", "-m", "immediate", "stop");
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        delete(file);
      }
    }
  }

  private static void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }
}
