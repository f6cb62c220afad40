package io.nearside.tests.bench;

import io.nearside.tests.image.ImageBuild;
import io.nearside.tests.image.ImageStart;
import io.nearside.tests.image.RootFilesystem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./nearside bench footprint}: measures, prints a table, writes JSON. */
@Command(
    name = "footprint",
    mixinStandardHelpOptions = true,
    description = {
      "Start-up times, resident memory and size of the image, by its own start command, with its"
          + " AOT",
      "cache and without, in alternating rounds. Both faces are on, and the sidecar joins another."
    })
final class FootprintBenchCommand implements Callable<Integer> {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures and raw numbers as one JSON object.")
  private @Nullable Path json;

  @Option(names = "--rounds", paramLabel = "N", description = "Rounds of each (default: 5).")
  private int rounds = 5;

  @Option(
      names = "--starts-only",
      description = "Only the start-up times: a round takes seconds then.")
  private boolean startsOnly;

  @Option(
      names = "--flag",
      paramLabel = "FLAG",
      description = "A flag of the virtual machine to try after those of the image; repeatable.")
  private List<String> flags = new ArrayList<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  FootprintBenchCommand() {}

  @Override
  public Integer call() throws IOException {
    if (rounds < 1) {
      throw new ParameterException(spec.commandLine(), "--rounds: expected at least 1");
    }
    PrintWriter out = spec.commandLine().getOut();
    RootFilesystem tree = ImageBuild.upToDate();
    out.println("image:      " + tree.folder());
    out.println(
        "runs:       "
            + (ImageStart.isJailed() ? "behind a read-only root of its own" : "where it lies"));
    out.println(
        "container:  256 MiB (-XX:MaxRAM=256m stands for its limit); Redis and PostgreSQL faces,"
            + " two members");
    out.println("load:       " + Files.readString(Path.of("/proc/loadavg")).strip());
    out.flush();
    var scores = new Scoreboard();
    new FootprintBench(tree, rounds, startsOnly, flags, scores, out).run();
    scores.print(out);
    out.println();
    out.println(
        "value: the median over the rounds, with the AOT cache; peer: without (and without any CDS"
            + " archive).");
    out.println("load:       " + Files.readString(Path.of("/proc/loadavg")).strip());
    out.flush();
    if (json != null) {
      Files.writeString(json, scores.json());
    }
    return CommandLine.ExitCode.OK;
  }
}
