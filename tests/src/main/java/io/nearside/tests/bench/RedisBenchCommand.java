package io.nearside.tests.bench;

import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.SidecarProcess;
import io.nearside.tests.stack.Twemproxy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./nearside bench redis}: measures, prints a table, writes JSON. */
@Command(
    name = "redis",
    mixinStandardHelpOptions = true,
    description = {
      "Compares a sidecar with Redis direct and with twemproxy, in alternating rounds on this machine:",
      "50 clients on one generator thread, 100-byte values, 1,000 keys. Nothing else should run."
    })
final class RedisBenchCommand implements Callable<Integer> {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures and raw numbers as one JSON object.")
  private @Nullable Path json;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Rounds of each comparison (default: 5).")
  private @Nullable Integer rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Seconds per server and round (default: 2).")
  private @Nullable Double seconds;

  @Option(names = "--quick", description = "About a minute: 3 rounds of half a second.")
  private boolean quick;

  @Option(
      names = "--only",
      paramLabel = "FIGURE",
      split = ",",
      description = "Only these figures, comma-separated, and what must be measured with them.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--generator",
      paramLabel = "NAME",
      description =
          "auto (default), redis-benchmark or bundled; auto takes redis-benchmark where installed.")
  private String generator = "auto";

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  RedisBenchCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    BenchSettings settings = settings();
    LoadGenerator chosen = generator();
    if (!SidecarProcess.isAvailable()) {
      throw new IllegalStateException("no sidecar on the class path: build the agent first");
    }
    Scoreboard scores = new Scoreboard();
    try (RedisServer redis = RedisServer.start()) {
      head(out, redis, chosen, settings);
      new RedisBench(redis, chosen, settings, scores, out).run();
    }
    scores.print(out);
    out.println();
    out.println(
        "value: the median over the rounds of ours / peer's in the same round; ours and peer: medians.");
    out.println(
        "CPU is that of the server's own process: the sidecar's for hits, without Redis behind it.");
    out.flush();
    if (json != null) {
      Files.writeString(json, scores.json());
    }
    return CommandLine.ExitCode.OK;
  }

  private BenchSettings settings() {
    int roundsWanted = rounds == null ? (quick ? 3 : 5) : rounds;
    double secondsWanted = seconds == null ? (quick ? 0.5 : 2) : seconds;
    if (roundsWanted < 1 || !(secondsWanted > 0)) {
      throw new ParameterException(
          spec.commandLine(), "--rounds and --seconds: expected at least 1, and more than 0");
    }
    return new BenchSettings(roundsWanted, secondsWanted, quick ? 2 : 5, quick ? 3 : 5, figures());
  }

  private Set<RedisFigure> figures() {
    if (only.isEmpty()) {
      return EnumSet.allOf(RedisFigure.class);
    }
    Set<RedisFigure> figures = EnumSet.noneOf(RedisFigure.class);
    for (String label : only) {
      figures.add(
          RedisFigure.of(label)
              .orElseThrow(
                  () ->
                      new ParameterException(
                          spec.commandLine(),
                          "--only: no figure '%s'; there are %s"
                              .formatted(
                                  label,
                                  Arrays.stream(RedisFigure.values())
                                      .map(RedisFigure::label)
                                      .toList()))));
    }
    return figures;
  }

  private LoadGenerator generator() {
    Optional<RedisBenchmark> installed = RedisBenchmark.installed();
    return switch (generator) {
      case "auto" -> installed.<LoadGenerator>map(found -> found).orElseGet(BundledGenerator::new);
      case "bundled" -> new BundledGenerator();
      case "redis-benchmark" ->
          installed.orElseThrow(
              () ->
                  new ParameterException(
                      spec.commandLine(), "no redis-benchmark here (Debian: redis-tools)"));
      default ->
          throw new ParameterException(
              spec.commandLine(),
              "--generator: %s (expected auto, redis-benchmark or bundled)".formatted(generator));
    };
  }

  private static void head(
      PrintWriter out, RedisServer redis, LoadGenerator generator, BenchSettings settings) {
    out.println("generator:  " + generator.name());
    out.println("redis:      " + redis.info().get("redis_version"));
    out.println("twemproxy:  " + Twemproxy.version().orElse("not installed"));
    out.println(
        "machine:    %d cores, %s %s, JDK %s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.version()));
    out.println(
        "transport:  loopback TCP; figures named unix: unix socket to the sidecar, TCP to Redis");
    out.println(
        "load:       50 clients on one thread where not said otherwise, 1,000 keys of 100 bytes, %d rounds of %.1f s"
            .formatted(settings.rounds(), settings.seconds()));
    out.println(
        "warm-up:    %.0f s of the same load on the sidecar before each comparison, not counted"
            .formatted(settings.warmSeconds()));
    out.flush();
  }
}
