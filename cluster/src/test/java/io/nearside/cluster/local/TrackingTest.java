package io.nearside.cluster.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.BusListener;
import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.TrackingPeer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a tracker says travels behind what it saw, and without waiting for a beat. */
final class TrackingTest {
  private static final ClusterSecret SECRET = ClusterSecret.of("the secret of these tests");
  private static final long MILLI = 1_000_000;

  private final VirtualTime time = new VirtualTime(1);
  private final LocalHub hub = new LocalHub(time, Faults.none());
  private final Sidecar a = start("a");
  private final Sidecar b = start("b");

  private void proveEachOther() {
    time.advance(1_000 * MILLI);
    b.heard.clear();
  }

  @Test
  void proof_isToldAtOnce_behindWhatItProves() {
    proveEachOther();
    a.bus.publish(-1, "k".getBytes(StandardCharsets.UTF_8));
    a.bus.publishTracking("s", true, time.nanos() - 500 * MILLI, time.nanos());
    time.advance(MILLI);
    assertEquals(List.of("k", "s@a"), b.heard);
    assertEquals(1, b.bus.trackingPeers("s").stream().filter(TrackingPeer::active).count());
  }

  @Test
  void proof_liesBetweenTheBeginningAndNow() {
    proveEachOther();
    long since = time.nanos() - 500 * MILLI;
    long proven = time.nanos() - 20 * MILLI;
    a.bus.publishTracking("s", true, since, proven);
    time.advance(MILLI);
    assertTrue(b.since - since >= 0 && b.since - time.nanos() <= 0, "since " + b.since);
    assertTrue(b.proven - proven <= 0, "proven " + b.proven);
    assertTrue(proven - b.proven <= 100 * MILLI, "proven by an echo of long ago: " + b.proven);
  }

  @Test
  void proof_isRepeatedWithEachBeat_untilItIsWithdrawn() {
    proveEachOther();
    a.bus.publishTracking("s", true, 0, time.nanos());
    time.advance(1_000 * MILLI);
    assertTrue(b.heard.size() > 5, b.heard.toString());
    a.bus.withdrawTracking("s");
    time.advance(MILLI);
    assertEquals(List.of(), b.bus.trackingPeers("s"));
    b.heard.clear();
    time.advance(1_000 * MILLI);
    assertEquals(List.of(), b.heard);
  }

  @Test
  void candidate_isListed_andProvesNothing() {
    proveEachOther();
    a.bus.publishTracking("s", false, 0, 0);
    time.advance(1_000 * MILLI);
    assertEquals(List.of(), b.heard);
    assertEquals(1, b.bus.trackingPeers("s").stream().filter(peer -> !peer.active()).count());
  }

  private static final class Sidecar implements BusListener {
    final InvalidationBus bus;
    final List<String> heard = new ArrayList<>();
    long since;
    long proven;

    Sidecar(InvalidationBus bus) {
      this.bus = bus;
    }

    @Override
    public void invalidate(int database, byte[] key, String fromNode) {
      heard.add(new String(key, StandardCharsets.UTF_8));
    }

    @Override
    public void tracked(
        String scope, String fromNode, String fromIncarnation, long sinceNanos, long provenNanos) {
      heard.add(scope + "@" + fromNode);
      since = sinceNanos;
      proven = provenNanos;
    }

    @Override
    public void moveEpoch(EpochReason reason, String fromNode) {}

    @Override
    public void event(ClusterEvent event) {}
  }

  private Sidecar start(String name) {
    BusSettings settings = BusSettings.of(name, 600, SECRET);
    Sidecar sidecar = new Sidecar(new LocalInvalidationBus(settings, hub));
    sidecar.bus.start(sidecar);
    return sidecar;
  }
}
