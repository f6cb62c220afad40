package io.nearside.agent;

import io.nearside.agent.inject.ExplainInjectionCommand;
import io.nearside.agent.inject.server.InjectorCommand;
import io.nearside.config.ConfigException;
import io.nearside.config.ConfigLoader;
import io.nearside.config.EffectiveConfig;
import io.nearside.config.HostPort;
import io.nearside.config.LoadedConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The sidecar's command line. Exit code 0 after an orderly end, 1 on a failure, 2 on wrong usage or
 * configuration.
 */
@Command(
    name = "nearside",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "A sidecar: a coherent near-cache in front of Redis.")
public final class Main implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(Main.class);
  private static final String RUN = "run";

  /** In the order in which the help shows them. */
  private static final SequencedMap<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put(RUN, Run::new);
    COMMANDS.put(
        "config",
        () ->
            new CommandLine(new Config())
                .addSubcommand(new Config.Check())
                .addSubcommand(new Config.Show()));
    COMMANDS.put("warm", WarmCommand::new);
    COMMANDS.put("injector", InjectorCommand::new);
    COMMANDS.put("explain-injection", ExplainInjectionCommand::new);
  }

  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  public static void main(String[] args) {
    DirectMemory.fitContainer();
    String asked = args.length == 0 ? "" : args[0];
    if (asked.equals(RUN)) {
      Preload.begin();
    }
    var line = new CommandLine(new Main());
    // Reading the annotations of a command that nobody asked for would only make a start longer.
    boolean known = COMMANDS.containsKey(asked);
    COMMANDS.forEach(
        (name, command) -> {
          if (!known || name.equals(asked)) {
            line.addSubcommand(name, command.get());
          }
        });
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          command.getErr().println("nearside: " + failure.getMessage());
          return failure instanceof ConfigException
              ? CommandLine.ExitCode.USAGE
              : CommandLine.ExitCode.SOFTWARE;
        });
    System.exit(line.execute(args));
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }

  private static LoadedConfig load(@Nullable Path file) {
    return file == null
        ? ConfigLoader.load(Map.of(), "no file", System.getenv())
        : ConfigLoader.loadFile(file, System.getenv());
  }

  @Command(
      name = RUN,
      mixinStandardHelpOptions = true,
      description = "Runs the sidecar until SIGTERM.")
  private static final class Run implements Callable<Integer> {
    /** How long a start may still take that is not wanted any more. */
    private static final long START_END_SECONDS = 5;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "YAML; without it the defaults and NEARSIDE_* variables hold.")
    private @Nullable Path file;

    @Override
    public Integer call() throws InterruptedException {
      var started = new CompletableFuture<Agent>();
      endInOrder(started);
      LoadedConfig loaded;
      Agent agent;
      try {
        loaded = load(file);
        Logging.apply(loaded.config().log());
        // What POST /shutdown asks for begins the shutdown hook below.
        agent = Agent.start(loaded, () -> load(file), () -> System.exit(CommandLine.ExitCode.OK));
      } catch (RuntimeException e) {
        started.completeExceptionally(e);
        throw e;
      } catch (Error e) {
        // Thrown on, it would leave the event loops, and so the process.
        log.error("can not start", e);
        started.completeExceptionally(e);
        return CommandLine.ExitCode.SOFTWARE;
      }
      started.complete(agent);
      var reload = new Reload(agent);
      reload.onHangUp();
      if (file != null) {
        reload.whenFileChanges(file);
      }
      String host = loaded.config().redis().listen().host();
      spec.commandLine()
          .getOut()
          .println(
              "ready"
                  + (agent.redisPort() == 0
                      ? ""
                      : " redis=" + new HostPort(host, agent.redisPort()))
                  + (agent.postgresPort() == 0
                      ? ""
                      : " postgres="
                          + new HostPort(
                              loaded.config().postgres().listen().host(), agent.postgresPort()))
                  + (agent.adminPort() == 0
                      ? ""
                      : " admin="
                          + new HostPort(loaded.config().admin().host(), agent.adminPort())));
      spec.commandLine().getOut().flush();
      // Until the process is told to end.
      new CountDownLatch(1).await();
      return CommandLine.ExitCode.OK;
    }

    /** A JVM that ends on SIGTERM says 143; an end in good order says 0, also during the start. */
    private static void endInOrder(CompletableFuture<Agent> started) {
      Runnable drain =
          () -> {
            if (started.isCompletedExceptionally()) {
              // It ends because it could not start, with the code that says so.
              return;
            }
            try {
              started.get(START_END_SECONDS, TimeUnit.SECONDS).close();
            } catch (ExecutionException | TimeoutException | InterruptedException e) {
              log.info("ended before it had started reason=\"{}\"", e.toString());
            } catch (RuntimeException e) {
              log.warn("the end was not in order", e);
            }
            Runtime.getRuntime().halt(0);
          };
      Runtime.getRuntime().addShutdownHook(new Thread(drain, "nearside-drain"));
    }
  }

  @Command(
      name = "config",
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "COMMAND",
      description = "Looks at a configuration.")
  private static final class Config implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
      spec.commandLine().usage(spec.commandLine().getErr());
      return CommandLine.ExitCode.USAGE;
    }

    @Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Says everything that is wrong in a file.")
    private static final class Check implements Callable<Integer> {
      @Spec private CommandSpec spec = CommandSpec.create();

      @Parameters(paramLabel = "FILE")
      private @Nullable Path file;

      @Override
      public Integer call() {
        load(file);
        spec.commandLine().getOut().println(file + ": good");
        return CommandLine.ExitCode.OK;
      }
    }

    @Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = "The effective configuration, secrets hidden, with the source of each value.")
    private static final class Show implements Callable<Integer> {
      @Spec private CommandSpec spec = CommandSpec.create();

      @Option(names = "--config", paramLabel = "FILE")
      private @Nullable Path file;

      @Override
      public Integer call() {
        spec.commandLine().getOut().print(EffectiveConfig.render(load(file)));
        spec.commandLine().getOut().flush();
        return CommandLine.ExitCode.OK;
      }
    }
  }
}
