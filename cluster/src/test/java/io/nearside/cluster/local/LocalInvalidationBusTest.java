package io.nearside.cluster.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.BusStatistics;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.Demand;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.RecordingListener;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** Whole buses on a hub: most in virtual time, some with real threads. */
@Timeout(60)
final class LocalInvalidationBusTest {
  private static final long STALENESS_MILLIS = 600;
  private static final ClusterSecret SECRET = ClusterSecret.of("the secret of these tests");

  private final VirtualTime time = new VirtualTime(1);
  private final List<long[]> carried = new ArrayList<>();
  private final LocalHub hub =
      new LocalHub(
          time,
          (from, to) -> {
            carried.add(new long[] {time.nanos()});
            return new long[] {0};
          });

  /** A bus and what its listener heard. */
  private record Sidecar(InvalidationBus bus, RecordingListener heard) {
    void publish(String key) {
      bus.publish(0, bytes(key));
    }
  }

  private Sidecar start(String name) {
    return start(name, settings(name, SECRET, 1_000));
  }

  private Sidecar start(String name, BusSettings settings) {
    assertEquals(name, settings.nodeId());
    Sidecar sidecar = new Sidecar(new LocalInvalidationBus(settings, hub), new RecordingListener());
    sidecar.bus.start(sidecar.heard);
    return sidecar;
  }

  private static BusSettings settings(String name, ClusterSecret secret, int queueKeysMax) {
    return new BusSettings(name, "1", "", STALENESS_MILLIS, secret, queueKeysMax, 0, 1_000);
  }

  private static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  private void passMillis(long millis) {
    time.advance(millis * 1_000_000);
  }

  private boolean fresh(Sidecar sidecar) {
    long until = sidecar.bus.freshUntilNanos();
    return until == Long.MAX_VALUE || until - time.nanos() > 0;
  }

  @Test
  void alone_started_isFreshWithoutThreadOrBeat() {
    Sidecar a = start("a");
    passMillis(10_000);
    assertEquals(Long.MAX_VALUE, a.bus.freshUntilNanos());
    assertTrue(a.bus.joined());
    assertEquals("fresh: no other sidecar is in the cluster", a.bus.freshnessDetail());
    assertEquals(List.of(), carried);
  }

  @Test
  void second_joins_bothAreProvenWithoutWaitingForBeats() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    assertFalse(fresh(a) || fresh(b));
    passMillis(1);
    assertTrue(fresh(a) && fresh(b));
    assertEquals("b", a.bus.membership().peers().getFirst().id());
    assertEquals(List.of(EpochReason.BUS_JOINED, EpochReason.PEER_NEW), a.heard.epochs);
  }

  @Test
  void beats_quietFleet_comeAtLeastFourTimesPerStaleness() {
    start("a");
    start("b");
    passMillis(1);
    carried.clear();
    passMillis(100 * STALENESS_MILLIS);
    double perSidecarAndStaleness = carried.size() / 2.0 / 100;
    assertTrue(perSidecarAndStaleness >= 4 && perSidecarAndStaleness < 8, carried::toString);
  }

  @Test
  void publish_manyAtOnce_travelInFewMessagesInOrder() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    passMillis(1);
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 900; i++) {
      a.publish("k" + i);
      expected.add("0:k" + i + "@a");
    }
    passMillis(1);
    assertEquals(expected, b.heard.keys);
    assertEquals(2, a.bus.statistics().messagesSent());
    assertEquals(900, b.bus.statistics().keysReceived());
    assertEquals(2, a.bus.membership().self().sequence());
    assertEquals(2, b.bus.membership().peers().getFirst().sequence());
  }

  @Test
  void publish_oneCommand_isAppliedTogether() {
    Sidecar a = start("a");
    List<Integer> groups = new ArrayList<>();
    InvalidationBus b = new LocalInvalidationBus(settings("b", SECRET, 1_000), hub);
    b.start(
        new BusListener() {
          @Override
          public void invalidate(int database, byte[] key, String fromNode) {
            throw new AssertionError("together, not one by one");
          }

          @Override
          public void invalidateAll(int database, List<byte[]> keys, String fromNode) {
            groups.add(keys.size());
          }

          @Override
          public void moveEpoch(EpochReason reason, String fromNode) {}

          @Override
          public void event(ClusterEvent event) {}
        });
    passMillis(1);
    a.bus.publish(0, List.of(bytes("x"), bytes("y"), bytes("z")));
    a.bus.publish(1, bytes("w"));
    List<byte[]> long100 = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      long100.add(new byte[512]);
    }
    a.bus.publish(0, long100);
    passMillis(1);
    assertEquals(List.of(3, 1, 63, 37), groups, "one message holds 32 KiB");
  }

  @Test
  void publish_longKey_isRefused() {
    Sidecar a = start("a");
    a.bus.publish(0, new byte[512]);
    assertThrows(IllegalArgumentException.class, () -> a.bus.publish(0, new byte[513]));
  }

  @Test
  void publishPosition_amongKeys_arrivesInOrderAndOvertakenOnesDoNot() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    passMillis(1);
    a.publish("k1");
    a.bus.publishPosition("wal", 1, 10);
    a.publish("k2");
    a.bus.publishPosition("wal", 1, 30);
    a.bus.publishPosition("wal", 1, 20);
    a.bus.publishPosition("other", 1, 5);
    passMillis(1);
    assertEquals(List.of("k1", "wal:1/30", "k2", "other:1/5"), b.heard.all);
    assertEquals(List.of("wal:1/30@a", "other:1/5@a"), b.heard.positions);
    assertEquals(List.of(), a.heard.positions, "not to itself");
    assertEquals(4, a.bus.statistics().messagesSent());
    assertEquals(4, b.bus.membership().peers().getFirst().sequence());
    assertEquals(0, b.bus.statistics().gaps());
    String longest = "s".repeat(128);
    a.bus.publishPosition(longest, 1, 1);
    assertThrows(IllegalArgumentException.class, () -> a.bus.publishPosition(longest + "s", 1, 1));
    assertThrows(IllegalArgumentException.class, () -> a.bus.publishPosition("", 1, 1));
  }

  @Test
  void publishPosition_manyStreams_travelTogether() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    passMillis(1);
    for (int i = 0; i < 70; i++) {
      a.bus.publishPosition("s" + i, 1, i);
    }
    passMillis(1);
    assertEquals(64, b.heard.positions.size());
    assertEquals(1, b.heard.count(EpochReason.BUS_OVERFLOW), "the others were dropped");
    assertEquals(2, a.bus.statistics().messagesSent());
  }

  @Test
  void publishPosition_lost_movesEpochWithinStaleness() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    passMillis(1_000);
    hub.cut("a", "b");
    a.bus.publishPosition("wal", 1, 10);
    passMillis(1);
    hub.mend("a", "b");
    b.heard.epochs.clear();
    passMillis(STALENESS_MILLIS / 2);
    assertEquals(List.of(EpochReason.BUS_GAP), b.heard.epochs);
    assertTrue(fresh(b));
  }

  @Test
  void publishDemand_isKnownToPeersUntilTheyLeave() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    passMillis(1);
    a.bus.publishDemand("db", 5, 2);
    passMillis(STALENESS_MILLIS / 4);
    assertEquals(List.of(new Demand("a", 5, 2)), b.bus.demands("db"));
    assertEquals(List.of(), a.bus.demands("db"), "of its peers only");
    Sidecar c = start("c");
    passMillis(1);
    assertEquals(List.of(new Demand("a", 5, 2)), c.bus.demands("db"), "greets with it");
    assertEquals(0, a.bus.membership().self().sequence(), "not numbered");
    a.bus.leave();
    passMillis(1);
    assertEquals(List.of(), b.bus.demands("db"));
    assertThrows(IllegalArgumentException.class, () -> b.bus.publishDemand("db", -1, 0));
    assertThrows(IllegalArgumentException.class, () -> b.bus.publishDemand("r".repeat(129), 0, 0));
  }

  @Test
  void publishDemand_ofMoreThanSixteenResources_forgetsTheOldest() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    for (int i = 0; i < 16; i++) {
      a.bus.publishDemand("r" + i, 1, 1);
    }
    a.bus.publishDemand("r0", 2, 1);
    a.bus.publishDemand("r16", 1, 1);
    passMillis(STALENESS_MILLIS);
    assertEquals(List.of(), b.bus.demands("r1"));
    assertEquals(List.of(new Demand("a", 2, 1)), b.bus.demands("r0"));
    a.bus.publishDemand("r0", 0, 0);
    passMillis(STALENESS_MILLIS);
    assertEquals(List.of(), b.bus.demands("r0"));
    assertEquals(1, b.bus.demands("r16").size());
  }

  @Test
  void publish_moreThanQueueHolds_movesPeersEpochOnce() {
    Sidecar a = start("a", settings("a", SECRET, 10));
    Sidecar b = start("b");
    passMillis(1);
    for (int i = 0; i < 25; i++) {
      a.publish("k" + i);
    }
    passMillis(1);
    assertEquals(10, b.heard.keys.size());
    assertEquals(1, b.heard.count(EpochReason.BUS_OVERFLOW));
    assertEquals(15, a.bus.statistics().overflows());
    a.publish("after");
    passMillis(1);
    assertEquals("0:after@a", b.heard.keys.getLast());
    assertEquals(1, b.heard.count(EpochReason.BUS_OVERFLOW));
  }

  @Test
  void link_cut_fencesBothWithinStalenessAndHealsByItself() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    passMillis(1_000);
    a.heard.events.clear();
    hub.cut("a", "b");
    a.publish("lost");
    passMillis(STALENESS_MILLIS);
    assertFalse(fresh(a) || fresh(b));
    assertTrue(a.bus.freshnessDetail().contains("proof of b"), a.bus.freshnessDetail());
    assertEquals(1, a.heard.count(ClusterEvent.Type.FENCE));
    hub.mend("a", "b");
    passMillis(STALENESS_MILLIS / 2);
    assertTrue(fresh(a) && fresh(b));
    assertEquals(1, b.heard.count(EpochReason.PEER_SILENT));
    assertEquals(List.of(EpochReason.BUS_JOINED, EpochReason.PEER_NEW), a.heard.epochs);
  }

  @Test
  void member_pausedThenResumed_isNotFreshWhileItDrainsItsBacklog() {
    Sidecar a = start("a");
    List<Boolean> freshWhileDraining = new ArrayList<>();
    Sidecar b = start("b");
    passMillis(1_000);
    hub.pause("b");
    for (int i = 0; i < 100; i++) {
      a.publish("k" + i);
      passMillis(100);
    }
    assertFalse(fresh(b));
    b.heard.keys.clear();
    hub.resume("b");
    freshWhileDraining.add(fresh(b));
    assertEquals(100, b.heard.keys.size());
    assertEquals(List.of(false), freshWhileDraining);
    passMillis(STALENESS_MILLIS / 2);
    assertTrue(fresh(b));
    assertEquals(0, b.heard.count(EpochReason.BUS_GAP), "nothing was missed");
  }

  @Test
  void member_leaves_saysGoodbyeAfterEverythingItPublished() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    passMillis(1);
    a.publish("last");
    a.bus.leave();
    passMillis(1);
    assertEquals(List.of("0:last@a"), b.heard.keys);
    assertEquals(0, b.heard.count(EpochReason.PEER_LOST));
    assertEquals(Long.MAX_VALUE, b.bus.freshUntilNanos());
    assertTrue(a.bus.leave().toCompletableFuture().isDone());
    assertFalse(fresh(a) || a.bus.joined());
    a.publish("after");
    a.bus.close();
    passMillis(1);
    assertEquals(1, b.heard.keys.size());
  }

  @Test
  void member_killedAndBack_movesEpochsTwice() {
    start("a");
    Sidecar b = start("b");
    passMillis(1);
    hub.kill("a", 5_000_000_000L);
    passMillis(STALENESS_MILLIS + 1);
    assertFalse(fresh(b));
    passMillis(5_000);
    assertTrue(fresh(b));
    assertEquals(1, b.heard.count(EpochReason.PEER_LOST));
    start("a");
    passMillis(1);
    assertEquals(2, b.heard.count(EpochReason.PEER_NEW));
    assertTrue(fresh(b));
  }

  @Test
  void fleet_splitAndMerged_movesEverybodysEpoch() {
    Sidecar a = start("a");
    Sidecar b = start("b");
    passMillis(1);
    hub.split(Set.of("b"));
    passMillis(2_000);
    hub.heal();
    assertFalse(fresh(a) || fresh(b));
    passMillis(1);
    assertTrue(fresh(a) && fresh(b));
    assertEquals(1, b.heard.count(EpochReason.BUS_MERGED));
    assertEquals(2, a.heard.count(EpochReason.PEER_NEW));
  }

  @Test
  void member_withAnotherSecret_isCountedAndChangesNothing() {
    Sidecar a = start("a");
    Sidecar x = start("x", settings("x", ClusterSecret.of("another secret altogether"), 10));
    x.publish("forged");
    x.bus.publishEpoch(EpochReason.ADMIN);
    passMillis(9_900);
    assertFalse(fresh(a), "who is listed and proves nothing fences for a while");
    passMillis(200);
    assertTrue(fresh(a), "but not for ever");
    assertEquals(List.of(), a.heard.keys);
    assertEquals(List.of(EpochReason.BUS_JOINED), a.heard.epochs);
    BusStatistics statistics = a.bus.statistics();
    assertTrue(statistics.badSeals() > 10);
    assertEquals(0, statistics.bytesReceived());
  }

  @Test
  void badSeals_many_areLoggedOnceAMinute() {
    Logger logger = (Logger) LoggerFactory.getLogger("io.nearside.cluster.PeerBus");
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    logger.setAdditive(false);
    try {
      start("a");
      InvalidationBus x =
          new LocalInvalidationBus(
              settings("x", ClusterSecret.of("another secret altogether"), 10), hub);
      x.start(new RecordingListener());
      passMillis(59_000);
      // One each: a does not understand x, and x does not understand a.
      assertEquals(2, lines.list.size());
      passMillis(60_000);
      assertEquals(4, lines.list.size());
    } finally {
      logger.setAdditive(true);
      logger.detachAppender(lines);
    }
  }

  @Test
  void bus_startedTwice_isRefused() {
    Sidecar a = start("a");
    assertThrows(IllegalStateException.class, () -> a.bus.start(a.heard));
    InvalidationBus never = new LocalInvalidationBus(settings("b", SECRET, 1), hub);
    never.close();
    assertThrows(IllegalStateException.class, () -> never.start(a.heard));
  }

  @Test
  void realThreads_manyPublishers_everythingArrivesInOrderPerPublisher() throws Exception {
    LocalHub real = new LocalHub();
    RecordingListener heardByA = new RecordingListener();
    RecordingListener heardByB = new RecordingListener();
    try (InvalidationBus a = new LocalInvalidationBus(settings("a", SECRET, 100_000), real);
        InvalidationBus b = new LocalInvalidationBus(settings("b", SECRET, 100_000), real)) {
      a.start(heardByA);
      b.start(heardByB);
      await(() -> isFreshNow(a) && isFreshNow(b));
      List<Thread> publishers = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int thread = t;
        publishers.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < 500; i++) {
                        a.publish(thread, bytes("" + i));
                      }
                    }));
      }
      for (Thread publisher : publishers) {
        publisher.join();
      }
      await(() -> b.statistics().keysReceived() == 2_000);
      for (int t = 0; t < 4; t++) {
        String database = t + ":";
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          expected.add(database + i + "@a");
        }
        assertEquals(
            expected, heardByB.keys.stream().filter(key -> key.startsWith(database)).toList());
      }
      assertEquals(List.of(), heardByA.keys);
      assertEquals(0, b.statistics().gaps());
    }
  }

  private static boolean isFreshNow(InvalidationBus bus) {
    long until = bus.freshUntilNanos();
    return until == Long.MAX_VALUE || until - System.nanoTime() > 0;
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadline < 0, "not in time");
      LockSupport.parkNanos(1_000_000);
    }
  }
}
