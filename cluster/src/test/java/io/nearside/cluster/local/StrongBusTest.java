package io.nearside.cluster.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.HeldKey;
import io.nearside.cluster.Hold;
import io.nearside.cluster.InvalidationBus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Holds between whole buses, in virtual time. */
final class StrongBusTest {
  private final VirtualTime time = new VirtualTime(1);
  private final LocalHub hub = new LocalHub(time, Faults.none());
  private final AtomicInteger granted = new AtomicInteger();

  private final Node a = new Node("a");
  private final Node b = new Node("b");
  private final Node c = new Node("c");
  private final Node d = new Node("d");

  private final class Node implements BusListener {
    final InvalidationBus bus;
    final List<String> heard = new ArrayList<>();

    Node(String name) {
      ClusterSecret secret = ClusterSecret.of("sixteen bytes at least");
      bus =
          new LocalInvalidationBus(
              new BusSettings(name, "1", "", 600, secret, 100, 0, 1_000, 600, 1_000), hub);
      bus.start(this);
    }

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {}

    @Override
    public void held(String fromNode, List<HeldKey> keys) {
      heard.add("held " + fromNode + " " + keys.size());
    }

    @Override
    public void settled(String fromNode, List<HeldKey> keys) {
      heard.add("settled " + fromNode + " " + keys.size());
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {}

    @Override
    public void event(ClusterEvent event) {}

    boolean open() {
      long until = bus.strongUntilNanos();
      return until == Long.MAX_VALUE || until - time.nanos() > 0;
    }

    Hold hold(String... keys) {
      List<HeldKey> held = new ArrayList<>();
      for (String key : keys) {
        held.add(new HeldKey(held.size(), key.getBytes(StandardCharsets.UTF_8)));
      }
      Hold hold = bus.hold(held, granted::incrementAndGet);
      assertNotNull(hold);
      return hold;
    }
  }

  private void passMillis(long millis) {
    time.advance(millis * 1_000_000);
  }

  @Test
  void hold_isGrantedInOneRoundTrip_andEndsWhenSettled() {
    passMillis(1_000);
    Hold hold = a.hold("k", "l");
    passMillis(0);
    assertTrue(hold.isGranted());
    hold.settle();
    passMillis(0);
    assertEquals(List.of("held a 2", "settled a 2"), b.heard);
    assertEquals(b.heard, d.heard);
    assertEquals(List.of(), a.heard);
  }

  @Test
  void holds_moreThanAMessageHas_areAllGranted() {
    passMillis(1_000);
    for (int i = 0; i < 1_500; i++) {
      a.hold("k" + i);
    }
    passMillis(0);
    assertEquals(1_500, granted.get());
    assertEquals(1_500, c.heard.size());
  }

  @Test
  void hold_askedForWhenAnotherIsGranted_isGranted() {
    passMillis(1_000);
    Hold first =
        a.bus.hold(List.of(), () -> assertNotNull(a.bus.hold(List.of(), granted::incrementAndGet)));
    assertNotNull(first);
    passMillis(0);
    assertEquals(1, granted.get());
  }

  @Test
  void peerStopped_costsOneLeaseAfterItsLastBeatAndIsClosedWhenItGoesOn() {
    passMillis(1_000);
    assertTrue(b.open());
    hub.pause("b");
    Hold hold = a.hold("k");
    passMillis(545);
    assertEquals(0, granted.get());
    passMillis(650 - 545);
    assertEquals(1, granted.get());
    assertFalse(b.open(), "its lease is over by its own clock");
    hold.settle();
    a.hold("l");
    passMillis(0);
    assertEquals(2, granted.get(), "the next one needs no wait");
  }

  @Test
  void peersThatShareNoHolds_areOpen_andNameTheirAnchors() {
    passMillis(1_000);
    assertTrue(a.open() && b.open() && c.open() && d.open());
    assertEquals(List.of(b.bus.anchorId(), c.bus.anchorId(), d.bus.anchorId()), a.bus.anchors());
  }

  @Test
  void leaving_closesBeforeAnyoneStopsWaiting() {
    passMillis(1_000);
    hub.cut("a", "b");
    a.hold("k");
    passMillis(0);
    assertEquals(0, granted.get());
    hub.mend("a", "b");
    var left = b.bus.leave();
    passMillis(0);
    assertTrue(left.toCompletableFuture().isDone());
    assertEquals(1, granted.get());
    assertFalse(b.open());
    assertNull(b.bus.hold(List.of(), () -> {}));
  }

  @Test
  void alone_isOpenAndGrantedAtOnce() {
    var other = new LocalHub(time, Faults.none());
    ClusterSecret secret = ClusterSecret.of("sixteen bytes at least");
    var alone = new LocalInvalidationBus(BusSettings.of("x", 600, secret), other);
    alone.start(a);
    assertNotNull(alone.hold(List.of(), granted::incrementAndGet));
    passMillis(0);
    assertEquals(1, granted.get());
    assertEquals(Long.MAX_VALUE, alone.strongUntilNanos());
  }
}
