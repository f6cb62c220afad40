package io.nearside.tests.coherence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.redis.RedisFace;
import io.nearside.agent.redis.RedisStatistics;
import io.nearside.cluster.EpochReason;
import io.nearside.tests.it.Eventually;
import io.nearside.tests.stack.RawRedis;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two sidecars of a fleet track Redis, the others rest on them. */
final class TrackersTest {
  private static final long SEED = 19;
  private static final Pattern TRACKER =
      Pattern.compile("\\bid=(?<id>\\d+) .*\\bname=nearside-tracking-sidecar-(?<sidecar>\\d+)");

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 10})
  void fleet_ofAnySize_hasTwoTrackers_andAllSeeWritersAround(int size) throws Exception {
    try (InProcessFleet fleet = InProcessFleet.start(size, true, SEED)) {
      awaitTrackers(fleet, Math.min(2, size));
      awaitOpen(fleet);
      fleet.redis().command("SET", "k", "old");
      for (int i = 0; i < size; i++) {
        assertHits(fleet, i, "old");
      }
      fleet.redis().command("SET", "k", "new");
      for (int i = 0; i < size; i++) {
        int sidecar = i;
        Eventually.holds("the new value at " + i, () -> ask(fleet, sidecar).equals("new"));
      }
    }
  }

  @Test
  void oneTrackerCut_nobodyMovesItsEpoch_bothCut_everybodyDoes() throws Exception {
    try (InProcessFleet fleet = InProcessFleet.start(4, true, SEED)) {
      awaitTrackers(fleet, 2);
      awaitOpen(fleet);
      List<Long> before = trackingEpochs(fleet);
      Matcher first = trackers(fleet).getFirst();
      fleet.redis().command("CLIENT", "KILL", "ID", first.group("id"));
      Eventually.holds(
          "another connection in its place",
          () ->
              trackers(fleet).size() == 2
                  && trackers(fleet).stream()
                      .noneMatch(each -> each.group("id").equals(first.group("id"))));
      awaitOpen(fleet);
      assertEquals(before, trackingEpochs(fleet), "epochs by tracking, after one of two was cut");

      assertTrue(TrackingCut.cut(fleet.redis()) >= 2);
      for (int i = 0; i < fleet.size(); i++) {
        int sidecar = i;
        Eventually.holds(
            "epoch of " + i, () -> trackingEpochs(fleet, sidecar) > before.get(sidecar));
      }
    }
  }

  @Test
  void trackerLeaves_anotherTakesItsPlaceWithoutAnEpoch() throws Exception {
    try (InProcessFleet fleet = InProcessFleet.start(4, true, SEED)) {
      awaitTrackers(fleet, 2);
      awaitOpen(fleet);
      List<Long> before = trackingEpochs(fleet);
      int leaves = Integer.parseInt(trackers(fleet).getFirst().group("sidecar"));
      fleet.agent(leaves).close();
      Eventually.holds(
          "two others",
          () ->
              trackers(fleet).size() == 2
                  && trackers(fleet).stream()
                      .noneMatch(each -> Integer.parseInt(each.group("sidecar")) == leaves));
      for (int i = 0; i < fleet.size(); i++) {
        if (i != leaves) {
          assertEquals(before.get(i), trackingEpochs(fleet, i), "epochs of " + i);
        }
      }
    }
  }

  private static void awaitTrackers(InProcessFleet fleet, int count) throws IOException {
    Eventually.holds(count + " trackers", () -> trackers(fleet).size() == count);
  }

  private static void awaitOpen(InProcessFleet fleet) throws IOException {
    for (int i = 0; i < fleet.size(); i++) {
      RedisFace face = fleet.agent(i).redis();
      Eventually.holds("memory of " + i + " answers", () -> face.fence().open());
    }
  }

  private static List<Matcher> trackers(InProcessFleet fleet) {
    List<Matcher> found = new ArrayList<>();
    fleet
        .redis()
        .command("CLIENT", "LIST")
        .lines()
        .map(TRACKER::matcher)
        .filter(Matcher::find)
        .forEach(found::add);
    return found;
  }

  /** How often a sidecar's epoch has moved because of tracking. */
  private static long trackingEpochs(InProcessFleet fleet, int sidecar) {
    Map<EpochReason, Long> moves = statistics(fleet.agent(sidecar).redis()).epochMoves();
    return moves.getOrDefault(EpochReason.TRACKING_LOST, 0L)
        + moves.getOrDefault(EpochReason.TRACKING_HANDOVER, 0L);
  }

  private static List<Long> trackingEpochs(InProcessFleet fleet) {
    return IntStream.range(0, fleet.size()).mapToObj(i -> trackingEpochs(fleet, i)).toList();
  }

  private static RedisStatistics statistics(RedisFace face) {
    try {
      return face.statistics().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no statistics", e);
    }
  }

  private static void assertHits(InProcessFleet fleet, int sidecar, String value)
      throws IOException {
    RedisFace face = fleet.agent(sidecar).redis();
    Eventually.holds(
        "a hit at " + sidecar,
        () -> {
          long before = statistics(face).hits();
          return ask(fleet, sidecar).equals(value) && statistics(face).hits() > before;
        });
  }

  private static String ask(InProcessFleet fleet, int sidecar) throws IOException {
    try (RawRedis client = RawRedis.connect(fleet.agent(sidecar).redisPort())) {
      return client.ask("GET", "k").replaceAll("(?s)^\\$\\d+\r\n(.*)\r\n$", "$1");
    }
  }
}
