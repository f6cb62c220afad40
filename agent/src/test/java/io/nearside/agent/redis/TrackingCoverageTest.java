package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.EpochReason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Moments are small numbers here; {@code maxStaleness} is 100. */
final class TrackingCoverageTest {
  private static final long STALENESS = 100;

  private final List<EpochReason> epochs = new ArrayList<>();
  private final TrackingCoverage coverage = new TrackingCoverage(STALENESS, epochs::add, 0);

  private void covered() {
    coverage.scope("s", 0);
    coverage.tracked("s", "a", 10, 50, 60);
    epochs.clear();
  }

  private boolean fresh(long now) {
    return coverage.freshUntilNanos() - now > 0;
  }

  @Test
  void nothing_notFresh() {
    coverage.scope("s", 0);
    assertFalse(fresh(0));
    assertFalse(coverage.isCovered());
    assertEquals(7, coverage.ageNanos(7));
  }

  @Test
  void firstProof_movesTheEpochAndCovers() {
    coverage.scope("s", 0);
    coverage.tracked("s", "a", 10, 50, 60);
    assertEquals(List.of(EpochReason.TRACKING_LOST), epochs);
    assertTrue(fresh(149));
    assertFalse(fresh(150));
  }

  @Test
  void proofFromBeforeItTracked_isNone() {
    coverage.scope("s", 0);
    coverage.tracked("s", "a", 51, 50, 60);
    assertFalse(fresh(60));
    assertTrue(epochs.isEmpty());
  }

  @Test
  void laterProof_ofAnyoneWhoTrackedBefore_goesOnWithoutAnEpoch() {
    covered();
    coverage.tracked("s", "a", 10, 80, 90);
    coverage.tracked("s", "b", 80, 130, 140);
    assertTrue(epochs.isEmpty(), epochs.toString());
    assertTrue(fresh(229));
    assertFalse(fresh(230));
  }

  @Test
  void olderProof_takesNothingBack() {
    covered();
    coverage.tracked("s", "b", 20, 40, 90);
    assertTrue(fresh(149));
  }

  @Test
  void hole_whileTheOldOneMayGoOn_isNotBelieved() {
    covered();
    coverage.tracked("s", "b", 60, 120, 130);
    assertFalse(fresh(150));
    assertTrue(epochs.isEmpty(), epochs.toString());
    coverage.tracked("s", "a", 10, 110, 145);
    assertTrue(fresh(200));
    assertTrue(epochs.isEmpty(), epochs.toString());
  }

  @Test
  void hole_whenTheOldCoverageIsOver_movesTheEpoch() {
    covered();
    coverage.tracked("s", "b", 60, 140, 150);
    assertEquals(List.of(EpochReason.TRACKING_HANDOVER), epochs);
    assertTrue(fresh(239));
  }

  @Test
  void carrierThatBeganAnew_movesTheEpochAtOnce() {
    covered();
    coverage.tracked("s", "a", 55, 70, 80);
    assertEquals(List.of(EpochReason.TRACKING_LOST), epochs);
    assertTrue(fresh(169));
  }

  @Test
  void overlapWithLongAgo_isNotBelieved() {
    covered();
    coverage.tracked("s", "b", 0, 1_100, 1_200);
    assertEquals(List.of(EpochReason.TRACKING_HANDOVER), epochs);
  }

  @Test
  void otherScope_countsForNothing() {
    covered();
    coverage.tracked("other", "a", 10, 140, 145);
    assertFalse(fresh(150));
    coverage.scope("other", 145);
    assertFalse(fresh(145));
    coverage.tracked("s", "a", 10, 140, 146);
    assertFalse(fresh(147));
    coverage.tracked("other", "a", 10, 140, 148);
    assertEquals(List.of(EpochReason.TRACKING_LOST), epochs);
    assertTrue(fresh(149));
  }

  @Test
  void otherScope_longAfterTheEnd_doesNotProlongIt() {
    covered();
    coverage.scope("other", 500);
    assertEquals(150, coverage.freshUntilNanos());
  }

  @Test
  void sameScope_keepsWhatIsCovered() {
    covered();
    coverage.scope("s", 70);
    assertTrue(fresh(149));
  }

  @Test
  void random_whileFresh_everyOldWriteWasAppliedOrTheEpochMoved() {
    long seed = Long.getLong("nearside.seed", System.nanoTime());
    System.out.println("coverage: -Dnearside.seed=" + seed);
    long freshLooks = 0;
    int handovers = 0;
    for (int run = 0; run < 300; run++) {
      Fleet fleet = new Fleet(seed + run, 0);
      assertEquals("", fleet.run(), "seed " + (seed + run));
      freshLooks += fleet.freshLooks;
      handovers += fleet.epochMoves;
    }
    assertTrue(freshLooks > 100_000, "hardly ever fresh: " + freshLooks);
    assertTrue(handovers > 300, "no hand-over with a hole: " + handovers);
  }

  @Test
  void random_trackersThatClaimTooMuch_areConvicted() {
    int convicted = 0;
    for (int run = 0; run < 100; run++) {
      convicted += new Fleet(run, 60).run().isEmpty() ? 0 : 1;
    }
    assertTrue(convicted > 50, "convicted " + convicted + " of 100");
  }

  /** Three trackers that come and go, one reader, writes that only trackers see. */
  private static final class Fleet {
    private static final int TRACKERS = 3;

    /** A tracker's life, and what it has sent: first in, first out. */
    private static final class Tracker {
      final Deque<Sent> channel = new ArrayDeque<>();
      boolean tracks;
      long since;
    }

    /** A write's moment, or a word on its tracking, which may be told late. */
    private record Sent(long at, long write, long sinceAge, long provenAge, long stamp) {}

    final Random random;
    final long tooEarly;
    final List<Tracker> trackers = new ArrayList<>();
    final List<Long> missing = new ArrayList<>();
    final TrackingCoverage coverage;
    long freshLooks;
    int epochMoves;
    long now;

    /**
     * @param tooEarly how much longer than is true trackers say that they have tracked
     */
    Fleet(long seed, long tooEarly) {
      this.random = new Random(seed);
      this.tooEarly = tooEarly;
      this.coverage = new TrackingCoverage(STALENESS, _ -> epochMoved(), 0);
      coverage.scope("s", 0);
      for (int i = 0; i < TRACKERS; i++) {
        trackers.add(new Tracker());
      }
    }

    private void epochMoved() {
      missing.clear();
      epochMoves++;
    }

    /** What was found; empty for nothing. */
    String run() {
      for (now = 1; now < 3_000; now++) {
        write();
        for (int i = 0; i < TRACKERS; i++) {
          live(trackers.get(i));
          deliver("t" + i, trackers.get(i));
        }
        if (coverage.freshUntilNanos() - now > 0) {
          freshLooks++;
          for (long write : missing) {
            if (now - write > STALENESS) {
              return "at " + now + " the write of " + write + " is missing";
            }
          }
        }
      }
      return "";
    }

    private void write() {
      if (random.nextInt(4) == 0) {
        missing.add(now);
        for (Tracker tracker : trackers) {
          if (tracker.tracks) {
            tracker.channel.add(new Sent(now, now, 0, 0, 0));
          }
        }
      }
    }

    private void live(Tracker tracker) {
      int dice = random.nextInt(1_000);
      if (dice < 5) {
        tracker.tracks = false;
      } else if (dice < 12 && !tracker.tracks) {
        tracker.tracks = true;
        tracker.since = now;
      } else if (dice < 150 && tracker.tracks) {
        long proven = now - random.nextInt(20);
        long stamp = now - random.nextInt(30);
        tracker.channel.add(new Sent(now, 0, now - tracker.since + tooEarly, now - proven, stamp));
      }
    }

    private void deliver(String name, Tracker tracker) {
      while (!tracker.channel.isEmpty() && random.nextInt(5) < 3) {
        Sent next = tracker.channel.remove();
        if (next.write() > 0) {
          missing.remove((Long) next.write());
        } else {
          coverage.tracked("s", name, now - next.sinceAge(), next.stamp() - next.provenAge(), now);
        }
      }
    }
  }
}
