package io.nearside.agent.postgres.sql;

import static org.junit.jupiter.api.Assumptions.abort;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL server of the machine's own binaries (version 15 or later; another directory by
 * {@code -Dnearside.postgres.bin}), in a directory of its own, with one connection; and a copy of
 * it that is in recovery for good.
 */
final class RealPostgres implements AutoCloseable {
  private static final int WAIT_SECONDS = 60;

  private final Path bin;
  private final Path data;
  private final int port;
  private final Vertx vertx = Vertx.vertx();
  private final PgConnection connection;

  private RealPostgres(Path bin, Path data) throws IOException {
    this.bin = bin;
    this.data = data;
    this.port = freePort();
    run(
        bin.resolve("pg_ctl").toString(),
        "-D",
        data.toString(),
        "-l",
        data.resolve("log").toString(),
        "-w",
        "-o",
        "-p " + port + " -c listen_addresses=127.0.0.1 -c fsync=off -k ''",
        "start");
    PgConnectOptions options =
        new PgConnectOptions()
            .setHost("127.0.0.1")
            .setPort(port)
            .setUser("postgres")
            .setDatabase("postgres");
    this.connection = await(PgConnection.connect(vertx, options));
  }

  /** A fresh server; the test is skipped where there are no binaries. */
  static RealPostgres primary() throws IOException {
    Path bin = binaries();
    Path directory = Files.createTempDirectory("nearside-sql");
    openTo(directory);
    Path data = directory.resolve("data");
    run(
        bin.resolve("initdb").toString(),
        "-D",
        data.toString(),
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-sync");
    return new RealPostgres(bin, data);
  }

  /** Stops this server and starts a copy of it as a replica without a primary. */
  RealPostgres replica() throws IOException {
    stop();
    Path copy = data.resolveSibling("replica");
    run("cp", "-a", data.toString(), copy.toString());
    run("touch", copy.resolve("standby.signal").toString());
    return new RealPostgres(bin, copy);
  }

  private static Path binaries() throws IOException {
    String given = System.getProperty("nearside.postgres.bin");
    if (given != null) {
      return Path.of(given);
    }
    Path versions = Path.of("/usr/lib/postgresql");
    if (Files.isDirectory(versions)) {
      try (Stream<Path> found = Files.list(versions)) {
        return found
            .filter(path -> path.getFileName().toString().matches("1[5-9]"))
            .max(Comparator.naturalOrder())
            .map(path -> path.resolve("bin"))
            .filter(path -> Files.isExecutable(path.resolve("initdb")))
            .orElseGet(() -> abort("no PostgreSQL 15 or later in " + versions));
      }
    }
    return abort("no PostgreSQL in " + versions);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private static void openTo(Path directory) throws IOException {
    if (isRoot()) {
      start(List.of("chown", "nobody", directory.toString()));
    }
  }

  /** The server refuses to run as root. */
  private static void run(String... command) throws IOException {
    List<String> all = new ArrayList<>();
    if (isRoot()) {
      Collections.addAll(all, "setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups");
    }
    Collections.addAll(all, command);
    start(all);
  }

  private static void start(List<String> command) throws IOException {
    Path output = Files.createTempFile("nearside-sql", ".out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = false;
    try {
      ended = process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      process.destroyForcibly();
    }
    if (!ended || process.exitValue() != 0) {
      throw new IllegalStateException(command + ": " + Files.readString(output));
    }
    Files.delete(output);
  }

  /** Runs a text as a simple query. */
  void execute(String sql) {
    await(connection.query(sql).execute());
  }

  /** The rows of a query of text columns. */
  List<List<@Nullable String>> rows(String sql) {
    List<List<@Nullable String>> rows = new ArrayList<>();
    for (Row row : await(connection.query(sql).execute())) {
      List<@Nullable String> columns = new ArrayList<>();
      for (int i = 0; i < row.size(); i++) {
        columns.add(row.getString(i));
      }
      rows.add(columns);
    }
    return rows;
  }

  /** Parses a text as the extended protocol does. */
  void prepare(String sql) {
    try {
      await(connection.prepare(sql).compose(statement -> statement.close()));
    } catch (IllegalStateException e) {
      throw new IllegalStateException("Parse of " + sql, e);
    }
  }

  FunctionCatalog catalog() {
    CatalogBuilder builder = new CatalogBuilder();
    for (CatalogQuery query : CatalogQuery.values()) {
      for (List<@Nullable String> row : rows(query.sql())) {
        builder.row(query, row);
      }
    }
    return builder.build();
  }

  /** The result; a failure of the server's is thrown as it came. */
  private static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    } catch (TimeoutException e) {
      throw new IllegalStateException("no answer in " + WAIT_SECONDS + " s", e);
    }
  }

  private void stop() throws IOException {
    await(connection.close());
    run(bin.resolve("pg_ctl").toString(), "-D", data.toString(), "-m", "fast", "-w", "stop");
  }

  @Override
  public void close() throws IOException {
    if (Files.exists(data.resolve("postmaster.pid"))) {
      stop();
    }
    await(vertx.close());
    Path directory = data.resolveSibling(".").normalize();
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        files.sorted(Comparator.reverseOrder()).forEach(RealPostgres::delete);
      }
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
