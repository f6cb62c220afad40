package io.nearside.tests.bench;

import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Our own generator, {@link LoadMain}, in a JVM of its own: for machines without redis-benchmark.
 * It spends more CPU per request than that one, for all contestants alike, and runs itself warm
 * before it counts.
 */
record BundledGenerator() implements LoadGenerator {
  @Override
  public String name() {
    return "bundled generator (Java, one thread, own process)";
  }

  @Override
  public List<String> command(Load load) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-Xmx256m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(LoadMain.class.getName());
    switch (load.target()) {
      case UnixDomainSocketAddress unix -> command.add(unix.getPath().toString());
      case InetSocketAddress tcp ->
          command.add(tcp.getAddress().getHostAddress() + ":" + tcp.getPort());
      default -> throw new IllegalArgumentException("no address: " + load.target());
    }
    command.add(load.verb().name());
    command.add("" + load.clients());
    command.add("" + load.pipeline());
    command.add("" + load.requests());
    command.add("" + load.keys());
    command.add("" + load.valueBytes());
    return command;
  }
}
