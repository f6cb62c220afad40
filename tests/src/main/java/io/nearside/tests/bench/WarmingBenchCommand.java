package io.nearside.tests.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./nearside bench warming}: measures, prints a table, writes JSON. */
@Command(
    name = "warming",
    mixinStandardHelpOptions = true,
    description = {
      "What a sidecar that joins gets from warming in its first seconds, and what it reads"
          + " upstream",
      "for that: one joiner and ten at once, with warming and without."
    })
final class WarmingBenchCommand implements Callable<Integer> {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures as one JSON object.")
  private @Nullable Path json;

  @Option(names = "--keys", defaultValue = "5000", description = "Hot keys (default: 5000).")
  private int keys = 5_000;

  @Option(
      names = "--seconds",
      defaultValue = "10",
      description = "Seconds of load after the start (default: 10).")
  private int seconds = 10;

  @Option(
      names = "--reads",
      defaultValue = "300",
      description = "Reads per second and joiner (default: 300).")
  private int reads = 300;

  @Option(names = "--seed", defaultValue = "1", description = "Of what is read (default: 1).")
  private long seed = 1;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  WarmingBenchCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    var bench = new WarmingBench(new WarmingBenchSettings(keys, 100, seconds, reads, seed));
    out.printf(
        Locale.ROOT,
        "%d hot keys, %d reads/s and joiner for %d s after the start, Zipf 1.0, seed %d%n%n",
        keys,
        reads,
        seconds,
        seed);
    out.println(
        "joiners  warming  started after  reads until then  hit rate  reads during the load");
    var runs = new JsonArray();
    for (int joiners : List.of(1, 10)) {
      for (boolean warming : List.of(false, true)) {
        WarmingBench.Result result = bench.run(joiners, warming);
        out.printf(
            Locale.ROOT,
            "%7d  %-7s  %11.1f s  %16d  %7.1f%%  %21d%n",
            result.joiners(),
            result.warming() ? "on" : "off",
            result.startSeconds(),
            result.warmReads(),
            100 * result.hitRate(),
            result.laterReads());
        out.flush();
        runs.add(
            new JsonObject()
                .put("joiners", result.joiners())
                .put("warming", result.warming())
                .put("startSeconds", result.startSeconds())
                .put("warmReads", result.warmReads())
                .put("hitRate", result.hitRate())
                .put("laterReads", result.laterReads()));
      }
    }
    if (json != null) {
      Files.writeString(
          json,
          new JsonObject()
              .put("keys", keys)
              .put("seconds", seconds)
              .put("readsPerSecond", reads)
              .put("seed", seed)
              .put("runs", runs)
              .encodePrettily());
    }
    return CommandLine.ExitCode.OK;
  }
}
