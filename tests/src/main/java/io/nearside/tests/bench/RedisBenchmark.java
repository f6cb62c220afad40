package io.nearside.tests.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Redis's own redis-benchmark, where it is installed (Debian: redis-tools). */
record RedisBenchmark(String name) implements LoadGenerator {
  private static final String PROGRAM = "redis-benchmark";

  /** The installed one, or empty. */
  static Optional<RedisBenchmark> installed() {
    try {
      Process process = new ProcessBuilder(PROGRAM, "--version").redirectErrorStream(true).start();
      String version =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return process.waitFor() == 0 ? Optional.of(new RedisBenchmark(version)) : Optional.empty();
    } catch (IOException notInstalled) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  @Override
  public List<String> command(Load load) {
    List<String> command = new ArrayList<>(List.of(PROGRAM));
    switch (load.target()) {
      case UnixDomainSocketAddress unix -> command.addAll(List.of("-s", unix.getPath().toString()));
      case InetSocketAddress tcp ->
          command.addAll(
              List.of("-h", tcp.getAddress().getHostAddress(), "-p", "" + tcp.getPort()));
      default -> throw new IllegalArgumentException("no address: " + load.target());
    }
    command.addAll(List.of("-t", load.verb().name().toLowerCase(Locale.ROOT)));
    command.addAll(List.of("-c", "" + load.clients(), "-P", "" + load.pipeline()));
    command.addAll(List.of("-n", "" + load.requests(), "-r", "" + load.keys()));
    command.addAll(List.of("-d", "" + load.valueBytes(), "--csv"));
    return command;
  }
}
