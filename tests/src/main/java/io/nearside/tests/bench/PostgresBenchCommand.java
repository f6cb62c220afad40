package io.nearside.tests.bench;

import io.nearside.tests.bench.Pgbench.Mode;
import io.nearside.tests.stack.PgBouncer;
import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.SidecarProcess;
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

/** {@code ./nearside bench postgres}: measures, prints a table, writes JSON. */
@Command(
    name = "postgres",
    mixinStandardHelpOptions = true,
    description = {
      "Compares a sidecar in transaction mode with PostgreSQL direct and with PgBouncer, in alternating rounds",
      "on this machine: pgbench -S, scale 10, pools of 10. Nothing else should run."
    })
final class PostgresBenchCommand implements Callable<Integer> {
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
      description = "Whole seconds per server and round (default: 3).")
  private @Nullable Integer seconds;

  @Option(names = "--quick", description = "Some two minutes: 3 rounds of a second.")
  private boolean quick;

  @Option(
      names = "--clients",
      paramLabel = "N",
      split = ",",
      description = "Numbers of clients (default: 1,20,100; figures are of these).")
  private List<Integer> clients = new ArrayList<>();

  @Option(
      names = "--modes",
      paramLabel = "MODE",
      split = ",",
      description = "simple, extended, prepared (default: all).")
  private List<Mode> modes = new ArrayList<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  PostgresBenchCommand() {}

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    PostgresBenchSettings settings = settings();
    Pgbench pgbench =
        Pgbench.installed()
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(), "no pgbench here (Debian: postgresql-contrib)"));
    if (!SidecarProcess.isAvailable()) {
      throw new IllegalStateException("no sidecar on the class path: build the agent first");
    }
    Scoreboard scores = new Scoreboard();
    try (PostgresServer postgres = PostgresBench.startServer()) {
      head(out, postgres, pgbench, settings);
      new PostgresBench(pgbench, settings, scores, out).run(postgres);
    }
    scores.print(out);
    out.println();
    out.println(
        "value: the median over the rounds of ours / peer's in the same round; ours and peer: medians.");
    out.println(
        "cpu_s_per_100k: CPU seconds of the proxy's own process per 100,000 transactions, logins of the clients included.");
    if (PgBouncer.version().filter(PgBouncer.Version::canPrepare).isEmpty()) {
      out.println("prepared statements: not with PgBouncer here, which can since 1.21.");
    }
    out.flush();
    if (json != null) {
      Files.writeString(json, scores.json());
    }
    return CommandLine.ExitCode.OK;
  }

  private PostgresBenchSettings settings() {
    int roundsWanted = rounds == null ? (quick ? 3 : 5) : rounds;
    int secondsWanted = seconds == null ? (quick ? 1 : 3) : seconds;
    if (roundsWanted < 1 || secondsWanted < 1 || clients.stream().anyMatch(n -> n < 1)) {
      throw new ParameterException(
          spec.commandLine(), "--rounds, --seconds and --clients: expected at least 1");
    }
    return new PostgresBenchSettings(
        roundsWanted,
        secondsWanted,
        quick ? 2 : 5,
        clients.isEmpty() ? List.of(1, 20, 100) : clients,
        modes.isEmpty() ? List.of(Mode.values()) : modes);
  }

  private static void head(
      PrintWriter out, PostgresServer postgres, Pgbench pgbench, PostgresBenchSettings settings) {
    out.println("generator:  " + pgbench.version());
    out.println("postgres:   " + postgres.value("SHOW server_version"));
    out.println(
        "pgbouncer:  "
            + PgBouncer.version()
                .map(PgBouncer.Version::text)
                .orElse("not installed (Debian: apt install pgbouncer)"));
    out.println(
        "machine:    %d cores, %s %s, JDK %s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                Runtime.version()));
    out.println("transport:  loopback TCP, clients and poolers believed without a password");
    out.println(
        "load:       pgbench -S, scale %d, one thread, pools of %d in transaction mode, %d rounds of %d s"
            .formatted(Pgbench.SCALE, PostgresBench.POOL, settings.rounds(), settings.seconds()));
    out.println(
        "warm-up:    %d s of the same load on the sidecar before each comparison, not counted"
            .formatted(settings.warmSeconds()));
    out.flush();
  }
}
