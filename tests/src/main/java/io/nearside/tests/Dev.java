package io.nearside.tests;

import io.nearside.tests.bench.BenchCommand;
import io.nearside.tests.chaos.ChaosCommand;
import io.nearside.tests.demo.DemoCommand;
import io.nearside.tests.image.ImageCommand;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * The development stack's command line, what {@code ./nearside demo} and its likes run. Exit code 0
 * when all went well, 1 when a check failed, 2 on wrong usage.
 */
@Command(
    name = "nearside",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Demo, benchmarks and faults of Nearside on embedded servers.")
public final class Dev implements Callable<Integer> {
  /** Every sub-command, once. */
  private static final List<Class<? extends Callable<Integer>>> COMMANDS =
      List.of(BenchCommand.class, ChaosCommand.class, DemoCommand.class, ImageCommand.class);

  @Spec private CommandSpec spec = CommandSpec.create();

  private Dev() {}

  public static void main(String[] args) {
    var line = new CommandLine(new Dev());
    COMMANDS.forEach(line::addSubcommand);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    System.exit(line.execute(args));
  }

  /** Without a sub-command: says what there is. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }
}
