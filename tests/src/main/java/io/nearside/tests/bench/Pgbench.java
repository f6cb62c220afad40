package io.nearside.tests.bench;

import io.nearside.tests.stack.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * PostgreSQL's own pgbench, where it is installed (Debian: postgresql-contrib). Blocking; each run
 * is a process of its own.
 *
 * @param version as it says it itself
 */
record Pgbench(Path program, String version) {
  /** The tables it fills are of ten times 100,000 accounts: 150 MB. */
  static final int SCALE = 10;

  private static final long TIMEOUT_SECONDS = 300;
  private static final double MICROS_PER_MILLI = 1_000;

  private static final Pattern TPS =
      Pattern.compile("^tps = ([0-9.]+) \\(without initial connection time\\)", Pattern.MULTILINE);
  private static final Pattern PROCESSED =
      Pattern.compile("^number of transactions actually processed: ([0-9]+)\\b", Pattern.MULTILINE);
  private static final Pattern FAILED =
      Pattern.compile("^number of failed transactions: ([0-9]+)\\b", Pattern.MULTILINE);

  /** How a statement is sent. */
  enum Mode {
    /** Query. */
    SIMPLE,
    /** Parse of the unnamed statement, Bind, Describe, Execute, Sync; each time. */
    EXTENDED,
    /** A named statement, parsed once. */
    PREPARED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What one run measured. */
  record Result(LoadResult load, long transactions) {}

  /** The installed one, or empty. */
  static Optional<Pgbench> installed() {
    return PostgresServer.systemProgram("pgbench").flatMap(Pgbench::at);
  }

  private static Optional<Pgbench> at(Path program) {
    try {
      String version = new Pgbench(program, "").output(List.of("--version"), Map.of()).strip();
      return Optional.of(new Pgbench(program, version));
    } catch (IOException broken) {
      return Optional.empty();
    }
  }

  /** Fills the tables. */
  void fill(int port, String database, String user, String password) throws IOException {
    List<String> arguments =
        List.of("-i", "-q", "-I", "dtgvp", "-s", "" + SCALE, "-h", "127.0.0.1", "-p", "" + port);
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("-U", user, database));
    output(all, Map.of("PGPASSWORD", password));
  }

  /**
   * Reads accounts at random ({@code -S}) for some seconds, on one thread.
   *
   * @param user one whom everybody believes
   * @throws IOException with what pgbench printed when it, or one transaction, failed
   */
  Result run(int port, String database, String user, Mode mode, int clients, int seconds)
      throws IOException {
    Path folder = Files.createTempDirectory("nearside-pgbench-");
    try {
      List<String> arguments = new ArrayList<>(List.of("-n", "-S", "-M", mode.label()));
      arguments.addAll(List.of("-c", "" + clients, "-j", "1", "-T", "" + seconds));
      arguments.addAll(List.of("--log", "--log-prefix=" + folder.resolve("log")));
      arguments.addAll(List.of("-h", "127.0.0.1", "-p", "" + port, "-U", user, database));
      String printed = output(arguments, Map.of());
      long[] micros = latencies(folder);
      long transactions = Long.parseLong(found(PROCESSED, printed));
      Matcher failed = FAILED.matcher(printed);
      if (failed.find() && !"0".equals(failed.group(1))) {
        throw new IOException("transactions failed: " + printed);
      }
      var load =
          new LoadResult(
              Double.parseDouble(found(TPS, printed)),
              percentile(micros, 0.50) / MICROS_PER_MILLI,
              percentile(micros, 0.99) / MICROS_PER_MILLI);
      return new Result(load, transactions);
    } finally {
      remove(folder);
    }
  }

  /** The latency of each transaction in the logs of a folder, in microseconds, sorted. */
  static long[] latencies(Path folder) throws IOException {
    List<String> lines = new ArrayList<>();
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        lines.addAll(Files.readAllLines(file, StandardCharsets.US_ASCII));
      }
    }
    long[] micros = new long[lines.size()];
    for (int i = 0; i < micros.length; i++) {
      // client, transaction, microseconds, script, time in seconds, and microseconds
      String[] fields = lines.get(i).split(" ", 4);
      if (fields.length < 4 || !fields[2].matches("[0-9]+")) {
        throw new IOException("pgbench logged: " + lines.get(i));
      }
      micros[i] = Long.parseLong(fields[2]);
    }
    Arrays.sort(micros);
    return micros;
  }

  /** The smallest value that so large a share of all is not above. */
  static long percentile(long[] sorted, double share) throws IOException {
    if (sorted.length == 0) {
      throw new IOException("pgbench logged no transaction");
    }
    return sorted[(int) Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
  }

  private static String found(Pattern pattern, String printed) throws IOException {
    Matcher matcher = pattern.matcher(printed);
    if (!matcher.find()) {
      throw new IOException("pgbench printed: " + printed);
    }
    return matcher.group(1);
  }

  private String output(List<String> arguments, Map<String, String> environment)
      throws IOException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().putAll(environment);
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    var watch = Thread.ofVirtual().start(() -> endLate(process));
    try {
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IOException(String.join(" ", command) + " failed: " + printed);
      }
      return printed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
      watch.interrupt();
    }
  }

  /** A server that answers no more would otherwise hold the benchmark for ever. */
  private static void endLate(Process process) {
    try {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private static void remove(Path folder) throws IOException {
    try (var tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
