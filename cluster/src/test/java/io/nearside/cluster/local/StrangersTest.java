package io.nearside.cluster.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.BusSettings;
import io.nearside.cluster.ClusterEvent;
import io.nearside.cluster.ClusterSecret;
import io.nearside.cluster.EpochReason;
import io.nearside.cluster.InvalidationBus;
import io.nearside.cluster.RecordingListener;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Members that are listed but prove nothing, in virtual time. */
final class StrangersTest {
  private static final ClusterSecret SECRET = ClusterSecret.of("the secret of these tests");
  private static final ClusterSecret OTHER_SECRET = ClusterSecret.of("another secret altogether");

  private final VirtualTime time = new VirtualTime(1);
  private final LocalHub hub = new LocalHub(time, Faults.none());
  private final RecordingListener heard = new RecordingListener();

  @Test
  void stranger_listed_fencesForTenSecondsOnly() {
    InvalidationBus a = start("a", SECRET, 0, heard);
    start("x", OTHER_SECRET, 0, new RecordingListener());
    passMillis(9_900);
    assertFalse(isFresh(a), a::freshnessDetail);
    assertEquals(0, a.statistics().strangers());
    passMillis(300);
    assertTrue(isFresh(a), a::freshnessDetail);
    assertEquals(1, a.statistics().strangers());
    assertEquals(1, heard.count(ClusterEvent.Type.STRANGER));
  }

  @Test
  void stranger_ignoredThenGone_movesNoEpoch() {
    InvalidationBus a = start("a", SECRET, 0, heard);
    start("x", OTHER_SECRET, 0, new RecordingListener());
    passMillis(11_000);
    hub.kill("x", 0);
    passMillis(100);
    assertEquals(List.of(EpochReason.BUS_JOINED), heard.epochs);
    assertEquals(Long.MAX_VALUE, a.freshUntilNanos());
  }

  @Test
  void sidecarCutOffSinceItsStart_heardAtLast_countsAgain() {
    InvalidationBus a = start("a", SECRET, 0, heard);
    hub.cut("a", "b");
    InvalidationBus b = start("b", SECRET, 0, new RecordingListener());
    passMillis(11_000);
    assertTrue(isFresh(a), a::freshnessDetail);
    hub.mend("a", "b");
    passMillis(1_000);
    assertTrue(isFresh(a) && isFresh(b), a::freshnessDetail);
    assertEquals(List.of(EpochReason.BUS_JOINED, EpochReason.PEER_NEW), heard.epochs);
    hub.cut("a", "b");
    passMillis(1_000);
    assertFalse(isFresh(a), a::freshnessDetail);
  }

  /** Nothing else would tell of its writes. */
  @Test
  void memberNeverHeard_whereNothingWatchesTheUpstream_fencesAsLongAsItIsListed() {
    InvalidationBus a = start("a", SECRET, 30_000, heard);
    start("x", OTHER_SECRET, 30_000, new RecordingListener());
    passMillis(35_000);
    assertFalse(isFresh(a), a::freshnessDetail);
    assertEquals(0, a.statistics().strangers());
  }

  private InvalidationBus start(
      String name, ClusterSecret secret, long lostPeerFenceMillis, RecordingListener listener) {
    BusSettings settings =
        new BusSettings(name, "1", "", 600, secret, 1_000, lostPeerFenceMillis, 1_000);
    InvalidationBus bus = new LocalInvalidationBus(settings, hub);
    bus.start(listener);
    return bus;
  }

  private boolean isFresh(InvalidationBus bus) {
    long until = bus.freshUntilNanos();
    return until == Long.MAX_VALUE || until - time.nanos() > 0;
  }

  private void passMillis(long millis) {
    time.advance(millis * 1_000_000);
  }
}
