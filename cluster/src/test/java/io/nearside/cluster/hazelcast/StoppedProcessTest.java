package io.nearside.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.RecordingListener;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A sidecar's process is stopped (SIGSTOP) for longer than the transport waits for it. */
@Timeout(120)
@EnabledOnOs({OS.LINUX, OS.MAC})
final class StoppedProcessTest {
  private static final String SECRET = "the secret of these tests";
  private static final long STALENESS_MILLIS = 1_000;

  private final String clusterName = "test-" + UUID.randomUUID();
  private final List<String> childSaid = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> toClose = new ArrayList<>();

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : toClose.reversed()) {
      each.close();
    }
  }

  @Test
  void peer_stoppedUntilItIsGivenUp_nobodyIsFreshUntilItHasJoinedAgain() throws Exception {
    List<Integer> ports = freePorts();
    InvalidationBus bus = start(ports);
    RecordingListener heard = new RecordingListener();
    bus.start(heard);
    await("alone", () -> fresh(bus));
    Process child = startChild(ports);
    await("together", () -> fresh(bus) && bus.membership().peers().size() == 1);
    await("child fresh", () -> childSaid.stream().anyMatch(line -> line.contains("UNFENCE")));

    signal(child, "STOP");
    await("fenced", () -> !fresh(bus));
    await("given up", () -> !stillListed(bus, heard));
    Duration half = Duration.ofSeconds(1);
    long waitUntil = System.nanoTime() + half.toNanos();
    while (System.nanoTime() - waitUntil < 0) {
      assertFalse(fresh(bus), bus.freshnessDetail());
      LockSupport.parkNanos(1_000_000);
    }
    int before = childSaid.size();
    signal(child, "CONT");
    BufferedWriter toChild =
        new BufferedWriter(new OutputStreamWriter(child.getOutputStream(), StandardCharsets.UTF_8));
    toChild.write("written-while-apart\n");
    toChild.flush();
    await(
        "joined again",
        () -> {
          boolean back = heard.count(EpochReason.PEER_NEW) == 2 || heardLate(heard);
          assertTrue(back || !fresh(bus), () -> "fresh too early: " + bus.freshnessDetail());
          return back && fresh(bus);
        });
    List<String> after = childSaid.subList(before, childSaid.size());
    int merged = indexOf(after, "epoch bus-merged");
    int unfenced = indexOf(after, "UNFENCE");
    assertTrue(unfenced == -1 || merged < unfenced, after::toString);
    toChild.close();
    assertTrue(child.waitFor(20, TimeUnit.SECONDS));
  }

  private static boolean stillListed(InvalidationBus bus, RecordingListener heard) {
    return heard.count(EpochReason.PEER_LOST) == 0 || !bus.membership().peers().isEmpty();
  }

  private static boolean heardLate(RecordingListener heard) {
    return heard.keys.contains("0:written-while-apart@b");
  }

  private static int indexOf(List<String> lines, String part) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(part)) {
        return i;
      }
    }
    return -1;
  }

  private InvalidationBus start(List<Integer> ports) {
    HazelcastSettings hazelcast =
        HazelcastSettings.of(
            clusterName,
            "127.0.0.1",
            ports.get(0),
            new HazelcastSettings.Join.Tcp(
                ports.stream().map(port -> "127.0.0.1:" + port).toList()));
    InvalidationBus bus =
        new HazelcastInvalidationBus(
            BusSettings.of("a", STALENESS_MILLIS, ClusterSecret.of(SECRET)), hazelcast);
    toClose.add(bus);
    return bus;
  }

  private Process startChild(List<Integer> ports) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--") || argument.startsWith("-Xmx"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            Child.class.getName(),
            "b",
            clusterName,
            SECRET,
            Long.toString(STALENESS_MILLIS),
            ports.get(1).toString(),
            ports.get(0) + "," + ports.get(1)));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    toClose.add(() -> child.destroyForcibly().waitFor());
    Thread.ofVirtual().start(() -> read(child));
    return child;
  }

  private void read(Process child) {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        childSaid.add(line);
      }
    } catch (IOException e) {
      childSaid.add("its output ended: " + e.getMessage());
    }
  }

  private static void signal(Process process, String name) throws Exception {
    Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertTrue(kill.waitFor() == 0, "kill -" + name);
  }

  private static List<Integer> freePorts() throws IOException {
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      return List.of(one.getLocalPort(), other.getLocalPort());
    }
  }

  private static boolean fresh(InvalidationBus bus) {
    long until = bus.freshUntilNanos();
    return until == Long.MAX_VALUE || until - System.nanoTime() > 0;
  }

  private void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, () -> "not in time: " + what + childSaid);
      LockSupport.parkNanos(2_000_000);
    }
  }
}
