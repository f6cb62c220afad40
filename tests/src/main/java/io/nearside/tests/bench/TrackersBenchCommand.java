package io.nearside.tests.bench;

import io.vertx.core.json.JsonArray;
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
import picocli.CommandLine.Spec;

/** {@code ./nearside bench trackers}: what tracking costs Redis; prints a table, writes JSON. */
@Command(
    name = "trackers",
    mixinStandardHelpOptions = true,
    description = {
      "Sidecars in this process in front of one Redis, and writers that go around them:"
          + " connections,",
      "tracking and bytes at Redis, with tracking and without."
    })
final class TrackersBenchCommand implements Callable<Integer> {
  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the figures as one JSON array.")
  private @Nullable Path json;

  @Option(
      names = "--sidecars",
      paramLabel = "N",
      split = ",",
      description = "How many sidecars, one run each (default: 1,10,50).")
  private List<Integer> sidecars = new ArrayList<>(List.of(1, 10, 50));

  @Option(names = "--writes", paramLabel = "N", description = "Writes of a run (default: 5000).")
  private int writes = 5_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  TrackersBenchCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%8s %10s %8s %8s %14s %14s %14s %12s%n",
        "sidecars",
        "trackers",
        "prefixes",
        "clients",
        "bytes/write",
        "without",
        "tracker memory",
        "worst proof");
    JsonArray all = new JsonArray();
    for (int count : sidecars) {
      TrackersCost without = TrackersCost.measure(count, false, writes);
      TrackersCost with = TrackersCost.measure(count, true, writes);
      out.printf(
          "%8d %10d %8d %8d %14.1f %14.1f %13dk %9d ms%n",
          count,
          with.trackers(),
          with.prefixes(),
          with.clients(),
          with.bytesPerWrite(),
          without.bytesPerWrite(),
          with.memoryBytes() / 1024,
          with.worstProofMillis());
      out.flush();
      all.add(with.json(count, without.bytesPerWrite()));
    }
    if (json != null) {
      Files.writeString(json, all.encodePrettily());
    }
    return CommandLine.ExitCode.OK;
  }
}
