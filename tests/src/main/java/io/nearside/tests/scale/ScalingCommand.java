package io.nearside.tests.scale;

import io.nearside.cluster.Proof;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./nearside bench scaling}: the cost of a fleet's size, as a table and a picture. */
@Command(
    name = "scaling",
    mixinStandardHelpOptions = true,
    description = {
      "The bus of fleets of many sizes in virtual time: frames and bytes, the time until a write is"
          + " invalidated",
      "everywhere, what a join costs. With --real N also in real time, over Hazelcast, in this"
          + " process."
    })
public final class ScalingCommand implements Callable<Integer> {
  /** Beyond this many sidecars everyone's hearing everyone is not simulated: it takes hours. */
  private static final int PEERS_SIMULATED_MAX = 200;

  @Option(
      names = "--sidecars",
      paramLabel = "N",
      split = ",",
      description = "Sizes of fleets (default: 10,100,1000).")
  private List<Integer> sidecars = new ArrayList<>();

  @Option(
      names = "--writes",
      paramLabel = "N",
      split = ",",
      description = "Writes per second of the whole fleet (default: 10,1000,10000).")
  private List<Integer> writes = new ArrayList<>();

  @Option(
      names = "--proof",
      paramLabel = "PROOF",
      split = ",",
      description = "peers, trackers (default: both).")
  private List<Proof> proofs = new ArrayList<>();

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seconds that are measured (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--real",
      paramLabel = "N",
      defaultValue = "0",
      description = "Also measure this many in real time (default: none).")
  private int real;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the simulation (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--svg", paramLabel = "FILE", description = "Write the picture.")
  private @Nullable Path svg;

  @Option(names = "--json", paramLabel = "FILE", description = "Write the figures as JSON.")
  private @Nullable Path json;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  public ScalingCommand() {}

  @Override
  public Integer call() throws IOException {
    if (seconds <= 0 || real < 0 || sidecars.stream().anyMatch(n -> n < 2)) {
      throw new ParameterException(
          spec.commandLine(), "--seconds above 0, --real 0 or more, --sidecars at least 2");
    }
    PrintWriter out = spec.commandLine().getOut();
    out.println(ScalingTable.HEAD);
    out.flush();
    List<FleetFigures> simulated = new ArrayList<>();
    for (Proof proof : proofs.isEmpty() ? List.of(Proof.values()) : proofs) {
      for (int n : sidecars.isEmpty() ? List.of(10, 100, 1_000) : sidecars) {
        if (proof == Proof.PEERS && n > PEERS_SIMULATED_MAX) {
          continue;
        }
        for (int rate : rates()) {
          simulated.add(told(out, "simulated", simulate(new FleetShape(n, rate, proof))));
        }
      }
    }
    List<FleetFigures> measured = new ArrayList<>();
    if (real > 1) {
      try (RealFleet fleet = new RealFleet(real)) {
        for (int rate : rates()) {
          measured.add(told(out, "real", fleet.run(rate, Math.max(2, seconds))));
        }
      }
    }
    if (svg != null) {
      Files.writeString(svg, ScalingPicture.of(simulated));
    }
    if (json != null) {
      Files.writeString(json, ScalingTable.json(simulated, measured));
    }
    return CommandLine.ExitCode.OK;
  }

  private List<Integer> rates() {
    return writes.isEmpty() ? List.of(10, 1_000, 10_000) : writes;
  }

  private FleetFigures simulate(FleetShape shape) {
    spec.commandLine()
        .getErr()
        .println(
            "simulating %d sidecars, %d writes/s, proof by %s ..."
                .formatted(
                    shape.sidecars(),
                    shape.writesPerSecond(),
                    shape.proof().name().toLowerCase(Locale.ROOT)));
    spec.commandLine().getErr().flush();
    return FleetSimulation.run(shape, seconds, seed);
  }

  private static FleetFigures told(PrintWriter out, String how, FleetFigures figures) {
    out.println(ScalingTable.row(how, figures));
    out.flush();
    return figures;
  }
}
