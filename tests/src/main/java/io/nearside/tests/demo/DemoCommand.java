package io.nearside.tests.demo;

import io.nearside.tests.stack.PostgresServer;
import io.nearside.tests.stack.SidecarProcess;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./nearside demo}: starts all, prints the endpoints, runs the tour, stays up. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Two sidecars in front of a real Redis and a real PostgreSQL with a replica, all on this machine,",
      "with a tour of what they do.",
      "Stays up until Ctrl-C. Ports are free ones unless given."
    })
public final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--once",
      description = "Only the tour: exit code 0 when every step went well, else 1.")
  private boolean once;

  @Option(names = "--redis-port", paramLabel = "N", description = "The port of the Redis itself.")
  private int redisPort;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "The Redis port of sidecar A; given again, of sidecar B.")
  private List<Integer> ports = new ArrayList<>();

  @Option(
      names = "--postgres-port",
      paramLabel = "N",
      description = "The PostgreSQL port of sidecar A; given again, of sidecar B.")
  private List<Integer> postgresPorts = new ArrayList<>();

  @Option(
      names = "--admin-port",
      paramLabel = "N",
      description = "The admin port of sidecar A; given again, of sidecar B.")
  private List<Integer> adminPorts = new ArrayList<>();

  @Spec private CommandSpec spec = CommandSpec.create();

  /** Made by the command line. */
  public DemoCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    DemoPorts wanted = demoPorts();
    if (!SidecarProcess.isAvailable()) {
      throw new IllegalStateException("no sidecar on the class path: build the agent first");
    }
    var ending = new CountDownLatch(1);
    var hook = new Thread(ending::countDown);
    Runtime.getRuntime().addShutdownHook(hook);
    try (DemoStack stack = DemoStack.start(wanted, line -> progress(out, line))) {
      return show(stack, out, ending);
    } catch (IOException | RuntimeException failed) {
      if (ending.getCount() > 0) {
        out.println("FAILED: " + failed.getMessage());
        out.flush();
      }
      return CommandLine.ExitCode.SOFTWARE;
    } finally {
      if (ending.getCount() > 0) {
        Runtime.getRuntime().removeShutdownHook(hook);
      }
    }
  }

  private int show(DemoStack stack, PrintWriter out, CountDownLatch ending)
      throws IOException, InterruptedException {
    endpoints(stack, out);
    Tour tour = new Tour(stack, () -> ending.getCount() == 0);
    progress(out, "warming up: some reads and writes of other keys");
    tour.warm();
    out.println();
    out.println("The tour:");
    boolean all = tour.run(out, isTerminal());
    if (ending.getCount() == 0) {
      return CommandLine.ExitCode.SOFTWARE;
    }
    out.println();
    out.println(all ? "Every step went as promised." : "Some steps FAILED.");
    out.flush();
    if (!once) {
      suggestions(stack, out);
      ending.await();
    }
    return all ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
  }

  private DemoPorts demoPorts() {
    try {
      return DemoPorts.of(redisPort, ports, postgresPorts, adminPorts);
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), "" + wrong.getMessage(), wrong);
    }
  }

  private static void endpoints(DemoStack stack, PrintWriter out) {
    DemoSidecar a = stack.a();
    DemoSidecar b = stack.b();
    DemoPostgres postgres = stack.postgres();
    out.println();
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "sidecar A", "sidecar B"));
    rows.add(List.of("redis", redis(a.process().redisPort()), redis(b.process().redisPort())));
    if (postgres != null) {
      rows.add(List.of("postgres", postgres(a.postgresPort()), postgres(b.postgresPort())));
    }
    rows.add(List.of("admin", a.url("/"), b.url("/")));
    rows.add(List.of("metrics", a.url("/metrics"), b.url("/metrics")));
    rows.add(List.of("health", a.url("/health"), b.url("/health")));
    rows.add(List.of("cluster", a.url("/cluster"), b.url("/cluster")));
    rows.add(List.of("Redis itself", redis(stack.redis().port()), ""));
    if (postgres != null) {
      rows.add(List.of("the primary itself", postgres(postgres.primary().port()), ""));
      rows.add(List.of("the replica itself", postgres(postgres.replica().port()), ""));
    }
    StepTable.columns(out, rows);
    out.println();
  }

  private static void suggestions(DemoStack stack, PrintWriter out) {
    out.println();
    out.println("Try it:");
    DemoSidecar a = stack.a();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "redis-cli -p " + a.process().redisPort() + " get demo:greeting", "a read through A"));
    rows.add(
        List.of(
            "redis-cli -p " + stack.b().process().redisPort() + " set demo:greeting hi",
            "a write through B"));
    rows.add(
        List.of(
            "redis-cli -p " + stack.redis().port() + " set demo:greeting hey",
            "a write around both"));
    rows.add(
        List.of(
            "curl " + a.url("/cache/keys/demo:greeting"),
            "why A does, or does not, answer it from memory"));
    if (stack.postgres() != null) {
      rows.add(
          List.of(
              "psql " + postgres(a.postgresPort()), "a session through A (password: app-secret)"));
    }
    rows.add(List.of("curl -N " + a.url("/cluster/events"), "joins, leaves, fences, epochs"));
    rows.add(List.of("kill -9 " + stack.b().process().pid(), "the end of B"));
    StepTable.columns(out, rows);
    out.println();
    out.println("Ctrl-C ends all of it.");
    out.flush();
  }

  private static String redis(int port) {
    return "redis://127.0.0.1:" + port;
  }

  private static String postgres(int port) {
    return "postgres://"
        + PostgresServer.USER
        + "@127.0.0.1:"
        + port
        + "/"
        + PostgresServer.DATABASE;
  }

  private static void progress(PrintWriter out, String line) {
    out.println("nearside: " + line + " ...");
    out.flush();
  }

  @SuppressWarnings("SystemConsoleNull") // JDK 25 gives null again where there is no terminal
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal() && System.getenv("NO_COLOR") == null;
  }
}
