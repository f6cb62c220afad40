package io.nearside.agent.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.TrackingPeer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class TrackerElectionTest {
  private static final String SCOPE = "server:keys";

  @Test
  void alone_isElected_unlessNobodyIsWanted() {
    assertTrue(TrackerElection.elects(SCOPE, "a", false, List.of(), 2));
    assertTrue(TrackerElection.elects(SCOPE, "a", true, List.of(), 1));
    assertFalse(TrackerElection.elects(SCOPE, "a", false, List.of(), 0));
  }

  @Test
  void enoughTrack_newcomerIsNot() {
    List<TrackingPeer> two = List.of(peer("a", true), peer("b", true));
    for (int i = 0; i < 50; i++) {
      assertFalse(TrackerElection.elects(SCOPE, "new" + i, false, two, 2));
    }
    assertTrue(TrackerElection.elects(SCOPE, "new", false, two, 3));
  }

  @Test
  void all_whoHearTheSame_electAsManyAsAreWanted() {
    for (int size : new int[] {1, 2, 5, 50}) {
      assertEquals(Math.min(2, size), electedOf(SCOPE, size).size(), "of " + size);
    }
  }

  @Test
  void otherScope_electsOthers() {
    Set<Set<String>> results = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      results.add(electedOf("scope" + i, 20));
    }
    assertNotEquals(1, results.size(), "every scope loads the same sidecars");
  }

  @Test
  void tooManyTrack_worseOnesStop_betterOnesStay() {
    List<String> names = List.of("a", "b", "c", "d", "e");
    Set<String> stay = new TreeSet<>();
    for (String self : names) {
      List<TrackingPeer> others =
          names.stream().filter(name -> !name.equals(self)).map(name -> peer(name, true)).toList();
      if (TrackerElection.elects(SCOPE, self, true, others, 2)) {
        stay.add(self);
      }
    }
    assertEquals(2, stay.size(), stay.toString());
  }

  @Test
  void random_untilNothingChanges_asManyTrackAsAreWanted() {
    long seed = Long.getLong("nearside.seed", System.nanoTime());
    System.out.println("election: -Dnearside.seed=" + seed);
    Random random = new Random(seed);
    for (int run = 0; run < 200; run++) {
      int size = 1 + random.nextInt(12);
      int wanted = 1 + random.nextInt(3);
      Set<String> tracking = new TreeSet<>();
      for (int i = 0; i < size; i++) {
        if (random.nextBoolean()) {
          tracking.add("n" + i);
        }
      }
      for (int step = 0; step < 10 * size; step++) {
        String self = "n" + random.nextInt(size);
        List<TrackingPeer> others = new ArrayList<>();
        for (int i = 0; i < size; i++) {
          if (!self.equals("n" + i)) {
            others.add(peer("n" + i, tracking.contains("n" + i)));
          }
        }
        boolean elected =
            TrackerElection.elects(SCOPE, self, tracking.contains(self), others, wanted);
        boolean changed = elected ? tracking.add(self) : tracking.remove(self);
        assertTrue(
            !changed || elected || tracking.size() >= wanted, "one stopped while it was needed");
      }
      for (int i = 0; i < size; i++) {
        settle(tracking, size, wanted);
      }
      assertEquals(Math.min(size, wanted), tracking.size(), "of " + size);
    }
  }

  private static void settle(Set<String> tracking, int size, int wanted) {
    for (int i = 0; i < size; i++) {
      String self = "n" + i;
      List<TrackingPeer> others = new ArrayList<>();
      for (int j = 0; j < size; j++) {
        if (j != i) {
          others.add(peer("n" + j, tracking.contains("n" + j)));
        }
      }
      boolean _ =
          TrackerElection.elects(SCOPE, self, tracking.contains(self), others, wanted)
              ? tracking.add(self)
              : tracking.remove(self);
    }
  }

  private static Set<String> electedOf(String scope, int size) {
    Set<String> elected = new TreeSet<>();
    for (int i = 0; i < size; i++) {
      List<TrackingPeer> others = new ArrayList<>();
      for (int j = 0; j < size; j++) {
        if (j != i) {
          others.add(peer("n" + j, false));
        }
      }
      if (TrackerElection.elects(scope, "n" + i, false, others, 2)) {
        elected.add("n" + i);
      }
    }
    return elected;
  }

  private static TrackingPeer peer(String incarnation, boolean active) {
    return new TrackingPeer("node-" + incarnation, incarnation, active, 0);
  }
}
