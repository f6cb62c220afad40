package io.nearside.tests.chaos;

import io.nearside.tests.coherence.RunView;
import io.nearside.tests.stack.RedisServer;
import io.nearside.tests.stack.TamperProxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Every scenario. Stateless. */
final class Scenarios {
  private static final long JITTER_MICROS = 200_000;
  private static final int LOSS_PERCENT = 30;
  private static final String NARROW_RATE = "4mbit";

  /** The number of the sidecar that a fault of one sidecar is done to. */
  private static final int VICTIM = 1;

  private Scenarios() {}

  /** Those that are run where nothing else is said; every promise is kept in each. */
  static List<Scenario> all() {
    return List.of(
        Scenario.of(
            "partition", "two sidecars and the rest lose each other", 6, 30, Scenarios::partition),
        Scenario.of(
            "one-way", "what one sidecar sends its peers is lost", 5, 20, Scenarios::oneWay),
        Scenario.of(
            "isolated", "one sidecar loses Redis and its peers", 5, 30, Scenarios::isolated),
        Scenario.of("loss", "30 % of what reaches any sidecar is lost", 6, 60, Scenarios::loss),
        Scenario.of(
            "jitter", "200 ms of jitter between sidecars and Redis", 5, 60, Scenarios::jitter),
        Scenario.of("narrow", "4 Mbit/s out of every sidecar", 4, 60, Scenarios::narrow),
        Scenario.of("resets", "cluster connections are reset", 4, 20, Scenarios::resets),
        Scenario.of("clock", "wall clocks jump an hour, both ways", 4, 20, FakedClock::jumps)
            .with(FakedClock::obstacle, FakedClock::fake),
        Scenario.of("pause", "one sidecar is stopped (SIGSTOP)", 5, 5, Scenarios::pause),
        Scenario.of("kill", "kill -9, back at the same address", 1, 10, Scenarios::kill),
        Scenario.of(
            "restart-all", "all sidecars die and start at once", 1, 5, Scenarios::restartAll),
        Scenario.of("failover", "Redis dies in mid-write", 2, 20, Scenarios::failover)
            .rollingBack(),
        Scenario.of("flood", "strangers and a publisher storm", 5, 60, Flood::strike),
        Scenario.of("disk-full", "no room for the hot lists", 3, 20, FullDisk::strike),
        Scenario.of("memory", "a small heap and hostile volume", 4, 30, HostileVolume::strike));
  }

  /** A run that must be convicted: nobody tells these sidecars of the writers around them. */
  static Scenario broken() {
    return Scenario.of(
            "broken", "an isolated sidecar, and tracking is off", 4, 4, Scenarios::isolated)
        .withoutTracking();
  }

  private static String partition(ChaosFleet fleet, RunView run, Duration lasting) {
    List<Integer> few = List.of(0, 1);
    List<Integer> rest = IntStream.range(2, fleet.size()).boxed().toList();
    few.forEach(i -> fleet.network().filter(fleet.host(i), drop(fleet, rest)));
    rest.forEach(i -> fleet.network().filter(fleet.host(i), drop(fleet, few)));
    run.pause(lasting);
    clear(fleet);
    return "";
  }

  private static String oneWay(ChaosFleet fleet, RunView run, Duration lasting) {
    others(fleet, i -> fleet.network().filter(fleet.host(i), drop(fleet, List.of(VICTIM))));
    run.pause(lasting);
    clear(fleet);
    return "";
  }

  private static String isolated(ChaosFleet fleet, RunView run, Duration lasting) {
    fleet
        .network()
        .filter(
            fleet.host(VICTIM),
            "tcp dport %d drop".formatted(ChaosFleet.CLUSTER_PORT),
            "tcp sport %d drop".formatted(ChaosFleet.CLUSTER_PORT),
            "tcp sport { %s } drop".formatted(hopPorts(fleet)));
    run.pause(lasting);
    clear(fleet);
    return "";
  }

  private static String loss(ChaosFleet fleet, RunView run, Duration lasting) {
    String unlucky = "numgen random mod 100 < %d drop".formatted(LOSS_PERCENT);
    each(
        fleet,
        i ->
            fleet
                .network()
                .filter(
                    fleet.host(i),
                    "tcp dport %d %s".formatted(ChaosFleet.CLUSTER_PORT, unlucky),
                    "tcp sport %d %s".formatted(ChaosFleet.CLUSTER_PORT, unlucky),
                    "tcp sport { %s } %s".formatted(hopPorts(fleet), unlucky)));
    run.pause(lasting);
    clear(fleet);
    return "";
  }

  private static String jitter(ChaosFleet fleet, RunView run, Duration lasting) {
    fleet.hops().forEach(hop -> jitter(hop, JITTER_MICROS));
    run.pause(lasting);
    fleet.hops().forEach(hop -> jitter(hop, 0));
    return "";
  }

  private static void jitter(TamperProxy hop, long micros) {
    for (TamperProxy.Direction direction : TamperProxy.Direction.values()) {
      hop.jitter(direction, micros);
    }
  }

  private static String narrow(ChaosFleet fleet, RunView run, Duration lasting) {
    each(fleet, i -> fleet.network().narrow(fleet.host(i), NARROW_RATE));
    run.pause(lasting);
    each(fleet, i -> fleet.network().widen(fleet.host(i)));
    return "";
  }

  private static String resets(ChaosFleet fleet, RunView run, Duration lasting) {
    each(
        fleet,
        i ->
            fleet
                .network()
                .filter(
                    fleet.host(i),
                    "tcp dport %d reject with tcp reset".formatted(ChaosFleet.CLUSTER_PORT)));
    run.pause(lasting);
    clear(fleet);
    return "";
  }

  private static String pause(ChaosFleet fleet, RunView run, Duration lasting) {
    fleet.pause(VICTIM);
    run.pause(lasting);
    fleet.resume(VICTIM);
    return "";
  }

  private static String kill(ChaosFleet fleet, RunView run, Duration lasting) {
    fleet.kill(VICTIM);
    run.pause(lasting);
    fleet.restart(VICTIM);
    return "";
  }

  private static String restartAll(ChaosFleet fleet, RunView run, Duration lasting) {
    each(fleet, fleet::kill);
    run.pause(lasting);
    together(fleet.size(), fleet::restart);
    return "";
  }

  /** Does something to several sidecars at once, and waits for all. */
  static void together(int count, IntConsumer action) {
    List<Thread> threads = new ArrayList<>();
    List<RuntimeException> failures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int sidecar = i;
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      action.accept(sidecar);
                    } catch (RuntimeException failed) {
                      synchronized (failures) {
                        failures.add(failed);
                      }
                    }
                  }));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (failures) {
      if (!failures.isEmpty()) {
        throw failures.getFirst();
      }
    }
  }

  /** The primary dies while clients write, and comes back as the replica. */
  private static String failover(ChaosFleet fleet, RunView run, Duration lasting) {
    List<RedisServer> before = new ArrayList<>();
    long start = System.nanoTime();
    run.upstreamRolledBack(() -> before.add(fleet.failOver()));
    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
    run.pause(lasting);
    before.getFirst().restart();
    return "another primary after %,d ms".formatted(millis);
  }

  private static String hopPorts(ChaosFleet fleet) {
    return fleet.hops().stream().map(hop -> "" + hop.port()).collect(Collectors.joining(", "));
  }

  private static String drop(ChaosFleet fleet, List<Integer> senders) {
    List<String> addresses = senders.stream().map(i -> fleet.host(i).address()).toList();
    return "ip saddr { %s } drop".formatted(String.join(", ", addresses));
  }

  private static void clear(ChaosFleet fleet) {
    each(fleet, i -> fleet.network().filter(fleet.host(i)));
  }

  private static void others(ChaosFleet fleet, IntConsumer action) {
    IntStream.range(0, fleet.size()).filter(i -> i != VICTIM).forEach(action);
  }

  private static void each(ChaosFleet fleet, IntConsumer action) {
    IntStream.range(0, fleet.size()).forEach(action);
  }

  /** One by its name, the broken one too. */
  static Optional<Scenario> named(String name) {
    if (broken().name().equals(name)) {
      return Optional.of(broken());
    }
    return all().stream().filter(scenario -> scenario.name().equals(name)).findFirst();
  }
}
