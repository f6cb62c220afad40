package io.nearside.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.RecordingListener;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real members in this process, on free ports of the loopback interface. */
@Timeout(180)
final class HazelcastInvalidationBusTest {
  private static final ClusterSecret SECRET = ClusterSecret.of("the secret of these tests");

  private final String clusterName = "test-" + UUID.randomUUID();
  private final List<Integer> ports = new ArrayList<>();
  private final List<Sidecar> sidecars = new ArrayList<>();

  @AfterEach
  void closeAll() {
    sidecars.forEach(sidecar -> sidecar.bus.close());
  }

  @Test
  void threeMembers_publishLeaveKillRestart_staysCoherent() throws Exception {
    reserve(3);
    long start = System.nanoTime();
    Sidecar a = start("a", 0, SECRET);
    await("a alone is fresh", () -> a.bus.freshUntilNanos() == Long.MAX_VALUE);
    System.out.printf("first member joined after %d ms%n", millisSince(start));
    long second = System.nanoTime();
    Sidecar b = start("b", 1, SECRET);
    Sidecar c = start("c", 2, SECRET);
    await("all fresh", () -> a.freshAmong(2) && b.freshAmong(2) && c.freshAmong(2));
    System.out.printf("two more joined and proven after %d ms%n", millisSince(second));

    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      a.bus.publish(i % 16, ("key" + i).getBytes(StandardCharsets.UTF_8));
      expected.add(i % 16 + ":key" + i + "@a");
    }
    await("delivered", () -> b.heard.keys.size() == 2_000 && c.heard.keys.size() == 2_000);
    assertEquals(expected, b.heard.keys);
    assertEquals(expected, c.heard.keys);
    assertEquals(List.of(), a.heard.keys, "nobody hears himself");
    assertEquals(0, b.bus.statistics().gaps() + c.bus.statistics().gaps());
    System.out.printf(
        "mean lag %d us%n",
        b.bus.statistics().lagNanosTotal() / b.bus.statistics().messagesReceived() / 1_000);

    printLagOfSinglePublications(a, b);

    long epochs = a.heard.epochs.size();
    c.bus.leave().toCompletableFuture().get();
    await("a and b without c", () -> a.freshAmong(1) && b.freshAmong(1));
    assertEquals(epochs, a.heard.epochs.size(), "a goodbye loses nothing: " + a.heard.epochs);
    assertEquals(1, a.heard.count(ClusterEvent.Type.LEAVE));
    assertFalse(c.bus.joined());

    long newPeers = a.heard.count(EpochReason.PEER_NEW);
    Sidecar again = start("c", 2, SECRET);
    await("c is back", () -> a.freshAmong(2) && b.freshAmong(2) && again.freshAmong(2));
    assertEquals(newPeers + 1, a.heard.count(EpochReason.PEER_NEW));

    long killed = System.nanoTime();
    again.kill();
    await("c lost", () -> a.heard.count(EpochReason.PEER_LOST) == 1 && a.freshAmong(1));
    System.out.printf("loss noticed after %d ms%n", millisSince(killed));
  }

  @Test
  void portTaken_start_returnsAndJoinsWhenItIsFree() throws Exception {
    reserve(1);
    Sidecar a;
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try (ServerSocket squatter = new ServerSocket(ports.get(0), 1, loopback)) {
      assertTrue(squatter.isBound());
      a = start("a", 0, SECRET);
      await("tried", () -> a.bus.freshnessDetail().contains("trying again"));
      assertFalse(a.bus.joined());
      assertFalse(a.fresh());
    }
    await("joined", () -> a.bus.freshUntilNanos() == Long.MAX_VALUE);
  }

  @Test
  void twoClustersThatFindEachOther_merge_moveEpochsAndProveAnew() throws Exception {
    reserve(2);
    // The first knows both, the second only itself: two clusters, until the first one looks again.
    Sidecar a = start("a", 0, SECRET, ports);
    await("a alone", () -> a.bus.freshUntilNanos() == Long.MAX_VALUE);
    Sidecar b = start("b", 1, SECRET, List.of(ports.get(1)));
    await("b alone", () -> b.bus.freshUntilNanos() == Long.MAX_VALUE);
    long start = System.nanoTime();
    await("merged", () -> a.freshAmong(1) && b.freshAmong(1));
    System.out.printf("merged after %d ms%n", millisSince(start));
    assertEquals(1, a.heard.count(EpochReason.BUS_MERGED) + b.heard.count(EpochReason.BUS_MERGED));
    // The side that comes over may meet the others before it knows that it has merged.
    assertTrue(a.heard.count(EpochReason.PEER_NEW) >= 1);
    assertTrue(b.heard.count(EpochReason.PEER_NEW) >= 1);
    a.bus.publish(0, "x".getBytes(StandardCharsets.UTF_8));
    b.bus.publish(0, "y".getBytes(StandardCharsets.UTF_8));
    await("heard", () -> a.heard.keys.size() == 1 && b.heard.keys.size() == 1);
  }

  private static void printLagOfSinglePublications(Sidecar from, Sidecar to) {
    int before = to.heard.lags.size();
    for (int i = 1; i <= 200; i++) {
      int expected = before + i;
      from.bus.publish(0, "single".getBytes(StandardCharsets.UTF_8));
      await("single publication", () -> to.heard.lags.size() >= expected);
    }
    List<Long> lags = to.heard.lags.subList(before, before + 200).stream().sorted().toList();
    System.out.printf(
        "lag of single publications: median %d us, 95 %% under %d us%n",
        lags.get(100) / 1_000, lags.get(190) / 1_000);
  }

  @Test
  void port_client_isTurnedAway() throws Exception {
    reserve(1);
    Sidecar a = start("a", 0, SECRET);
    await("joined", () -> a.bus.joined());
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), ports.get(0))) {
      client.setSoTimeout(20_000);
      client.getOutputStream().write("CP2".getBytes(StandardCharsets.US_ASCII));
      assertTrue(isTurnedAway(client));
    }
    assertEquals(Long.MAX_VALUE, a.bus.freshUntilNanos());
  }

  /** It may name the protocol that it speaks, and hangs up. */
  private static boolean isTurnedAway(Socket client) throws IOException {
    try {
      return client.getInputStream().readAllBytes().length <= 3;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    }
  }

  @Test
  void port_onAnotherInterface_isClosed() throws Exception {
    reserve(1);
    Sidecar a = start("a", 0, SECRET);
    await("joined", () -> a.bus.joined());
    for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
      for (InetAddress address : each.inetAddresses().toList()) {
        if (!address.isLoopbackAddress()) {
          assertThrows(IOException.class, () -> new Socket(address, ports.get(0)).close());
        }
      }
    }
  }

  private record Sidecar(
      InvalidationBus bus, RecordingListener heard, HazelcastTransport transport) {
    boolean fresh() {
      long until = bus.freshUntilNanos();
      return until == Long.MAX_VALUE || until - System.nanoTime() > 0;
    }

    boolean freshAmong(int peers) {
      return fresh() && bus.membership().peers().size() == peers;
    }

    void kill() {
      transport.stop(0);
    }
  }

  private Sidecar start(String name, int port, ClusterSecret secret) {
    return start(name, port, secret, ports);
  }

  private Sidecar start(String name, int port, ClusterSecret secret, List<Integer> known) {
    List<String> members = known.stream().map(each -> "127.0.0.1:" + each).toList();
    HazelcastSettings hazelcast =
        HazelcastSettings.of(
            clusterName, "127.0.0.1", ports.get(port), new HazelcastSettings.Join.Tcp(members));
    HazelcastTransport transport = new HazelcastTransport(hazelcast, name);
    InvalidationBus bus =
        new HazelcastInvalidationBus(BusSettings.of(name, 1_000, secret), transport);
    Sidecar sidecar = new Sidecar(bus, new RecordingListener(), transport);
    sidecars.add(sidecar);
    bus.start(sidecar.heard);
    return sidecar;
  }

  private void reserve(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ServerSocket socket = new ServerSocket(0);
      sockets.add(socket);
      ports.add(socket.getLocalPort());
    }
    for (ServerSocket socket : sockets) {
      socket.close();
    }
  }

  private static long millisSince(long start) {
    return Duration.ofNanos(System.nanoTime() - start).toMillis();
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, () -> "not in time: " + what);
      LockSupport.parkNanos(5_000_000);
    }
  }
}
