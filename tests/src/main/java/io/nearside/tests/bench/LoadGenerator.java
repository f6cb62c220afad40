package io.nearside.tests.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a load in a process of its own. Blocking. */
sealed interface LoadGenerator permits RedisBenchmark, BundledGenerator {
  /** How long one load may take before the benchmark gives up. */
  long TIMEOUT_SECONDS = 120;

  /** Its name and version, for the output. */
  String name();

  /** The command line that runs a load and prints CSV with a header as redis-benchmark does. */
  List<String> command(Load load);

  /**
   * Runs a load to its end.
   *
   * @throws IOException with what the generator printed when it failed
   */
  default LoadResult run(Load load) throws IOException {
    Process process = new ProcessBuilder(command(load)).redirectErrorStream(true).start();
    try {
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(name() + " failed: " + printed);
      }
      return parse(printed);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private LoadResult parse(String printed) throws IOException {
    List<String> lines = printed.lines().filter(line -> line.startsWith("\"")).toList();
    if (lines.size() != 2) {
      throw new IOException(name() + " printed: " + printed);
    }
    List<String> names = cells(lines.get(0));
    List<String> values = cells(lines.get(1));
    Map<String, Integer> at =
        Map.of(
            "rps", names.indexOf("rps"),
            "p50", names.indexOf("p50_latency_ms"),
            "p99", names.indexOf("p99_latency_ms"));
    if (at.containsValue(-1)) {
      throw new IOException(name() + " is too old, it prints no percentiles: " + printed);
    }
    return new LoadResult(
        Double.parseDouble(values.get(at.getOrDefault("rps", 0))),
        Double.parseDouble(values.get(at.getOrDefault("p50", 0))),
        Double.parseDouble(values.get(at.getOrDefault("p99", 0))));
  }

  private static List<String> cells(String line) {
    return List.of(line.substring(1, line.length() - 1).split("\",\"", -1));
  }
}
