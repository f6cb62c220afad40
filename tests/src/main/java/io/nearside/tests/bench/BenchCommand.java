package io.nearside.tests.bench;

import io.nearside.tests.scale.ScalingCommand;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code ./nearside bench}: names what can be measured. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "FACE",
    subcommands = {
      RedisBenchCommand.class,
      PostgresBenchCommand.class,
      TrackersBenchCommand.class,
      WarmingBenchCommand.class,
      FootprintBenchCommand.class,
      InjectorBenchCommand.class,
      ScalingCommand.class
    },
    description = "Figures of a sidecar beside the server itself.")
public final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  public BenchCommand() {}

  /** Without a sub-command: says what there is. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }
}
