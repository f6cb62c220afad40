package io.nearside.cluster.hazelcast;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.topic.ITopic;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.RecordingListener;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What somebody who reaches the cluster's port, but does not know the secret, can do there. */
@Timeout(180)
final class ClusterPortTest {
  private static final ClusterSecret SECRET = ClusterSecret.of("the secret of these tests");
  private static final ClusterSecret OTHER_SECRET = ClusterSecret.of("another secret altogether");

  private final String clusterName = "test-" + UUID.randomUUID();
  private final List<Integer> ports = new ArrayList<>();
  private final List<InvalidationBus> buses = new ArrayList<>();
  private final RecordingListener heardByA = new RecordingListener();
  private final RecordingListener heardByB = new RecordingListener();
  private InvalidationBus a;
  private InvalidationBus b;

  @BeforeEach
  void startTwo() throws IOException {
    reserve(3);
    a = start("a", 0, SECRET, heardByA);
    b = start("b", 1, SECRET, heardByB);
    await("fresh", () -> isFresh(a, 1) && isFresh(b, 1));
  }

  @AfterEach
  void closeAll() {
    buses.forEach(InvalidationBus::close);
  }

  @Test
  void sidecarWithAnotherSecret_isNotLetInAndCounted() {
    List<EpochReason> epochs = List.copyOf(heardByA.epochs);
    InvalidationBus x = start("x", 2, OTHER_SECRET, new RecordingListener());
    await("it is alone", () -> x.freshUntilNanos() == Long.MAX_VALUE);
    await("counted", () -> a.statistics().strangers() + b.statistics().strangers() > 0);
    assertTrue(isFresh(a, 1), a::freshnessDetail);
    assertEquals(epochs, heardByA.epochs);
    assertEquals(0, a.statistics().badSeals());
  }

  @Test
  void strangerThatKnowsTheName_floodsForgesAndReplays_fencesForTenSecondsAndChangesNothing() {
    List<EpochReason> epochs = List.copyOf(heardByA.epochs);
    HazelcastSettings settings = settings(2).meeting(SECRET);
    HazelcastInstance stranger =
        Hazelcast.newHazelcastInstance(MemberConfig.of(settings, "nearside"));
    try {
      await("listed", () -> a.membership().peers().size() == 2);
      assertFalse(isFresh(a, 2), a::freshnessDetail);
      ITopic<Object> topic = stranger.getTopic("nearside");
      List<byte[]> recorded = new CopyOnWriteArrayList<>();
      UUID listener =
          topic.addMessageListener(
              message -> {
                if (message.getMessageObject() instanceof byte[] frame && recorded.size() < 1_000) {
                  recorded.add(frame);
                }
              });
      b.publish(0, bytes("written"));
      await("a hears b", () -> heardByA.keys.size() == 1);
      await("recorded", () -> recorded.size() > 5);

      topic.removeMessageListener(listener);
      for (byte[] frame : List.copyOf(recorded)) {
        topic.publish(frame);
        byte[] forged = frame.clone();
        forged[forged.length - 1] ^= 1;
        topic.publish(forged);
      }
      Random random = new Random(1);
      for (int i = 0; i < 500; i++) {
        byte[] noise = new byte[random.nextInt(2_000)];
        random.nextBytes(noise);
        topic.publish(noise);
      }
      topic.publish("no frame");
      topic.publish(URI.create("http://127.0.0.1/"));
      await("counted", () -> a.statistics().badSeals() > 500);

      await("ignored", () -> a.statistics().strangers() == 1 && b.statistics().strangers() == 1);
      await("fresh beside it", () -> isFresh(a, 2) && isFresh(b, 2));
      a.publish(0, bytes("after"));
      await("b hears a", () -> heardByB.keys.size() == 1);
      assertEquals(List.of("0:written@b"), heardByA.keys);
      assertEquals(epochs, heardByA.epochs);
    } finally {
      stranger.getLifecycleService().terminate();
    }
    await("gone", () -> a.membership().peers().size() == 1);
    assertTrue(isFresh(a, 1), a::freshnessDetail);
    assertEquals(epochs, heardByA.epochs);
  }

  @Test
  void connectionsThatSayNothingOrNonsense_changeNothingAndNonsenseIsCounted() throws IOException {
    List<EpochReason> epochs = List.copyOf(heardByA.epochs);
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 100; i++) {
        silent.add(connect());
      }
      Random random = new Random(1);
      for (int i = 0; i < 20; i++) {
        byte[] noise = new byte[100_000];
        random.nextBytes(noise);
        flood(noise);
      }
      flood(bytes("HZC and then nonsense, for much longer than a header is"));
      await("counted", () -> a.statistics().strangers() >= 20);
      b.publish(0, bytes("k"));
      await("a hears b", () -> heardByA.keys.size() == 1);
      assertTrue(isFresh(a, 1), a::freshnessDetail);
      assertEquals(epochs, heardByA.epochs);
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  /** Half a hundred of them would want 100 GiB. */
  @Test
  void connectionsThatAnnounceHugePackets_areHungUpOnAndChangeNothing() throws IOException {
    List<EpochReason> epochs = List.copyOf(heardByA.epochs);
    byte[] header =
        ByteBuffer.allocate(14)
            .put(bytes("HZC"))
            .put((byte) 4)
            .putShort((short) 0)
            .putInt(-1)
            .putInt(Integer.MAX_VALUE)
            .array();
    for (int i = 0; i < 50; i++) {
      try (Socket socket = connect()) {
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(header);
        socket.getOutputStream().flush();
        var _ = socket.getInputStream().transferTo(OutputStream.nullOutputStream());
      } catch (SocketException hungUp) {
        // With bytes of ours unread.
      }
    }
    assertTrue(isFresh(a, 1), a::freshnessDetail);
    assertEquals(epochs, heardByA.epochs);
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), ports.getFirst());
  }

  /** As much as it takes before it hangs up. */
  private void flood(byte[] bytes) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(bytes);
    } catch (SocketException hungUp) {
      System.out.printf("hung up: %s%n", hungUp.getMessage());
    }
  }

  private InvalidationBus start(
      String name, int port, ClusterSecret secret, RecordingListener heard) {
    // As where client tracking sees who writes around the sidecars.
    BusSettings settings = new BusSettings(name, "", "", 1_000, secret, 65_536, 0, 5_000);
    InvalidationBus bus = new HazelcastInvalidationBus(settings, settings(port));
    buses.add(bus);
    bus.start(heard);
    return bus;
  }

  private HazelcastSettings settings(int port) {
    List<String> members = ports.stream().map(each -> "127.0.0.1:" + each).toList();
    return HazelcastSettings.of(
        clusterName, "127.0.0.1", ports.get(port), new HazelcastSettings.Join.Tcp(members));
  }

  private static boolean isFresh(InvalidationBus bus, int peers) {
    long until = bus.freshUntilNanos();
    boolean fresh = until == Long.MAX_VALUE || until - System.nanoTime() > 0;
    return fresh && bus.membership().peers().size() == peers;
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
