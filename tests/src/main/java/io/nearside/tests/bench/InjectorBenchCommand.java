package io.nearside.tests.bench;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./nearside bench injector}: measures, prints a table, writes JSON. */
@Command(
    name = "injector",
    mixinStandardHelpOptions = true,
    description = {
      "Reviews of varied pods at a steady rate against an injector, over TLS on kept connections;",
      "latency counts from when a review was due. Nothing else should run."
    })
final class InjectorBenchCommand implements Callable<Integer> {
  private static final Goal P99_MILLIS = Goal.atMost(50);

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures as one JSON object.")
  private @Nullable Path json;

  @Option(names = "--reviews-per-second", description = "Default: 500.")
  private int rate = 500;

  @Option(names = "--seconds", description = "What is measured (default: 20).")
  private int seconds = 20;

  @Option(names = "--warm-up-seconds", description = "Before that, at the same rate (default: 15).")
  private int warmUp = 15;

  @Option(names = "--connections", description = "At most (default: 16).")
  private int connections = 16;

  @Option(names = "--seed", description = "Of the reviews (default: 1).")
  private long seed = 1;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  InjectorBenchCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    InjectorBench.Result result =
        new InjectorBench(new InjectorBench.Settings(rate, seconds, warmUp, connections, seed))
            .run();
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%d reviews/s for %d s after %d s of warm-up, at most %d connections, seed %d%n%n",
        rate,
        seconds,
        warmUp,
        connections,
        seed);
    row(out, "answered", (double) result.answered(), "");
    row(out, "errors", (double) result.errors(), result.firstError());
    row(out, "achieved_per_second", result.achievedPerSecond(), "");
    row(out, "p50_ms", result.p50Millis(), "");
    row(
        out,
        "p99_ms",
        result.p99Millis(),
        P99_MILLIS.text() + " " + P99_MILLIS.verdict(result.p99Millis()));
    row(out, "max_ms", result.maxMillis(), "");
    row(out, "cpu_cores", result.cpuCores(), "");
    row(out, "resident_mib", result.residentMib(), "");
    out.flush();
    if (json != null) {
      Files.writeString(
          json,
          new JsonObject()
              .put("reviewsPerSecond", rate)
              .put("seconds", seconds)
              .put("warmUpSeconds", warmUp)
              .put("connections", connections)
              .put("seed", seed)
              .put("answered", result.answered())
              .put("errors", result.errors())
              .put("achieved_per_second", result.achievedPerSecond())
              .put("p50_ms", result.p50Millis())
              .put("p99_ms", result.p99Millis())
              .put("max_ms", result.maxMillis())
              .put("cpu_cores", result.cpuCores())
              .put("resident_mib", result.residentMib())
              .encodePrettily());
    }
    return result.errors() == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private static void row(PrintWriter out, String name, double value, String remark) {
    out.printf(Locale.ROOT, "%-20s %12.2f  %s%n", name, value, remark);
  }
}
