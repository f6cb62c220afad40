package io.nearside.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.config.Config;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.RecordingListener;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Sidecars as clients of two real members in this process, on free ports of loopback. */
@Timeout(180)
final class HazelcastClientBusTest {
  private static final ClusterSecret SECRET = ClusterSecret.of("the secret of these tests");

  private final String clusterName = "test-" + UUID.randomUUID();
  private final List<Integer> ports = new ArrayList<>();
  private final List<HazelcastInstance> members = new ArrayList<>();
  private final List<Sidecar> sidecars = new ArrayList<>();

  @BeforeEach
  void startMembers() throws IOException {
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      ports.add(one.getLocalPort());
      ports.add(other.getLocalPort());
    }
    ports.forEach(this::startMember);
  }

  @AfterEach
  void closeAll() {
    sidecars.forEach(sidecar -> sidecar.bus.close());
    members.forEach(member -> member.getLifecycleService().terminate());
  }

  @Test
  void threeClients_publishNoteLeaveKill_staysCoherent() throws Exception {
    Sidecar a = start("a");
    await("a alone is fresh", () -> a.bus.freshUntilNanos() == Long.MAX_VALUE);
    Sidecar b = start("b");
    Sidecar c = start("c");
    await("all fresh", () -> a.freshAmong(2) && b.freshAmong(2) && c.freshAmong(2));

    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      a.bus.publish(i % 16, bytes("key" + i));
      expected.add(i % 16 + ":key" + i + "@a");
    }
    await("delivered", () -> b.heard.keys.size() == 2_000 && c.heard.keys.size() == 2_000);
    assertEquals(expected, b.heard.keys);
    assertEquals(expected, c.heard.keys);
    assertEquals(0, b.bus.statistics().gaps() + c.bus.statistics().gaps());

    a.bus.note(b.bus.membership().self().incarnation(), 9, bytes("for b"));
    a.bus.note("", 9, bytes("for all"));
    await("notes", () -> b.notes.contains("for b") && c.notes.contains("for all"));
    assertEquals(List.of("for all"), c.notes);

    int epochs = a.heard.epochs.size();
    c.bus.leave().toCompletableFuture().get();
    await("a and b without c", () -> a.freshAmong(1) && b.freshAmong(1));
    assertEquals(epochs, a.heard.epochs.size(), "a goodbye loses nothing: " + a.heard.epochs);

    b.transport.stop(0);
    await("b lost", () -> a.heard.count(EpochReason.PEER_LOST) == 1);
    await("alone again", () -> a.bus.freshUntilNanos() == Long.MAX_VALUE);
  }

  @Test
  void oneMemberDies_busGoesOn() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    await("fresh", () -> a.freshAmong(1) && b.freshAmong(1));
    members.getFirst().getLifecycleService().terminate();
    await("heard again", () -> heardAnew(a, b));
    await("fresh again", () -> a.freshAmong(1) && b.freshAmong(1));
  }

  @Test
  void allMembersDieAndComeBack_fencedMeanwhileThenProvenAnew() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    await("fresh", () -> a.freshAmong(1) && b.freshAmong(1));
    members.forEach(member -> member.getLifecycleService().terminate());
    await("fenced", () -> !a.fresh() && !b.fresh() && !a.bus.joined() && !b.bus.joined());
    assertFalse(a.heard.epochs.isEmpty());
    assertEquals(EpochReason.BUS_LOST, a.heard.epochs.getLast());
    ports.forEach(this::startMember);
    await("fresh again", () -> a.freshAmong(1) && b.freshAmong(1));
    await("heard again", () -> heardAnew(a, b));
  }

  @Test
  void fleetsOfOtherNames_onOneCluster_doNotMeet() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    Sidecar x = start("x", "another-fleet");
    await("fresh", () -> a.freshAmong(1) && b.freshAmong(1));
    await("alone", () -> x.bus.freshUntilNanos() == Long.MAX_VALUE);
    a.bus.publish(0, bytes("k"));
    await("heard", () -> b.heard.keys.size() == 1);
    assertEquals(List.of(), x.heard.keys);
    assertEquals(0, x.bus.statistics().badSeals());
  }

  /** Whether something published just now arrives; some before may be lost. */
  private static boolean heardAnew(Sidecar from, Sidecar to) {
    int before = to.heard.keys.size();
    from.bus.publish(0, bytes("again"));
    LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    return to.heard.keys.size() > before;
  }

  private record Sidecar(
      InvalidationBus bus,
      RecordingListener heard,
      List<String> notes,
      HazelcastTransport transport) {
    boolean fresh() {
      long until = bus.freshUntilNanos();
      return until == Long.MAX_VALUE || until - System.nanoTime() > 0;
    }

    boolean freshAmong(int peers) {
      return fresh() && bus.membership().peers().size() == peers;
    }
  }

  private Sidecar start(String name) {
    return start(name, "fleet");
  }

  private Sidecar start(String name, String fleet) {
    List<String> addresses = ports.stream().map(port -> "127.0.0.1:" + port).toList();
    HazelcastTransport transport =
        new HazelcastTransport(
            new ClientSettings(clusterName, addresses, fleet, 4, 500, 3_000), name);
    BusSettings settings = new BusSettings(name, "", "", 1_000, SECRET, 65_536, 0, 5_000);
    InvalidationBus bus = new HazelcastInvalidationBus(settings, transport);
    Sidecar sidecar =
        new Sidecar(bus, new RecordingListener(), new CopyOnWriteArrayList<>(), transport);
    sidecars.add(sidecar);
    bus.start(new WithNotes(sidecar));
    return sidecar;
  }

  private record WithNotes(Sidecar of) implements BusListener {
    @Override
    public void note(int kind, byte[] payload, String fromNode, String fromIncarnation) {
      of.notes.add(new String(payload, StandardCharsets.UTF_8));
    }

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      of.heard.invalidate(database, key, fromNode);
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {
      of.heard.moveEpoch(reason, fromNode);
    }

    @Override
    public void event(ClusterEvent event) {
      of.heard.event(event);
    }
  }

  private void startMember(int port) {
    Config config = new Config();
    config.setClusterName(clusterName);
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.socket.server.bind.any", "false");
    config.getJetConfig().setEnabled(false);
    NetworkConfig network = config.getNetworkConfig();
    network.setPort(port).setPortAutoIncrement(false).setReuseAddress(true);
    network.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    network.getJoin().getAutoDetectionConfig().setEnabled(false);
    network.getJoin().getMulticastConfig().setEnabled(false);
    network.getJoin().getTcpIpConfig().setEnabled(true);
    ports.forEach(each -> network.getJoin().getTcpIpConfig().addMember("127.0.0.1:" + each));
    members.add(Hazelcast.newHazelcastInstance(config));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, () -> "not in time: " + what);
      LockSupport.parkNanos(5_000_000);
    }
  }
}
