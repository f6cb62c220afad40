package io.nearside.tests.chaos;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code ./nearside chaos}: five sidecars and a Redis on hosts of their own, clients that read and
 * write through all of them and around, one fault after the other. Exit code 0 when every promise
 * was kept or nothing could be built here, 1 when one was broken.
 */
@Command(
    name = "chaos",
    mixinStandardHelpOptions = true,
    description = "What a fleet's clients see while hosts, links and processes fail.")
public final class ChaosCommand implements Callable<Integer> {
  private static final int BROKEN = 1;

  @Option(
      names = "--profile",
      paramLabel = "short|long",
      description = "How long the faults last: short is about a minute in all.")
  private Profile profile = Profile.SHORT;

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      split = ",",
      description = "Only these; `broken` must be convicted.")
  private List<String> only = List.of();

  @Option(names = "--seed", description = "Of the clients' choices; printed in each run.")
  private @Nullable Long seed;

  @Option(
      names = "--sidecars",
      defaultValue = "5",
      description = "How many, 4 to 20; default ${DEFAULT-VALUE}.")
  private int sidecars;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the results there, too.")
  private @Nullable Path json;

  @Option(names = "--list", description = "Names the scenarios and ends.")
  private boolean list;

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  public ChaosCommand() {}

  @Override
  public Integer call() throws Exception {
    PrintWriter out = spec.commandLine().getOut();
    List<Scenario> scenarios = scenarios();
    if (list) {
      scenarios.forEach(each -> out.println("%-12s %s".formatted(each.name(), each.title())));
      out.flush();
      return 0;
    }
    if (sidecars < 4 || sidecars > 20) {
      throw wrong("--sidecars: %d (expected 4..20)".formatted(sidecars));
    }
    Optional<String> obstacle = Network.obstacle();
    if (obstacle.isPresent()) {
      out.println("skipped: no hosts can be built here: " + obstacle.get());
      out.flush();
      return 0;
    }
    long chosen = seed == null ? RandomGenerator.getDefault().nextLong(1, 1L << 40) : seed;
    out.println(
        "%d scenarios, %d sidecars, profile %s, --seed %d"
            .formatted(
                scenarios.size(), sidecars, profile.name().toLowerCase(Locale.ROOT), chosen));
    out.flush();
    ChaosReport report;
    try (var run = new ChaosRun(sidecars, profile, chosen)) {
      report =
          run.run(
              scenarios,
              result -> {
                out.println(ChaosReport.text(result));
                out.flush();
              });
    }
    if (json != null) {
      Files.writeString(json, report.json().encodePrettily() + "\n");
    }
    out.println(report.verdict());
    out.flush();
    return report.broken() ? BROKEN : 0;
  }

  private List<Scenario> scenarios() {
    if (only.isEmpty()) {
      return Scenarios.all();
    }
    List<Scenario> chosen = new ArrayList<>();
    for (String name : only) {
      chosen.add(
          Scenarios.named(name)
              .orElseThrow(() -> wrong("--scenario: no '%s'; see --list".formatted(name))));
    }
    return chosen;
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
