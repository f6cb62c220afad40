package io.nearside.agent.postgres.upstream;

import static io.nearside.agent.postgres.upstream.Facts.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.config.HostPort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.junit.jupiter.api.Test;

class ReplicaChooserTest {
  private final ReplicaChooser chooser = new ReplicaChooser();
  private final Server a = Facts.replica(1, 1, 100);
  private final Server b = Facts.replica(2, 1, 100);
  private final Server c = Facts.replica(3, 1, 100);
  private final List<Server> usable = List.of(a, b, c);
  private final Map<Server, Integer> inUse = new HashMap<>();

  private Map<Server, Integer> choose(
      int times, ReplicaChoiceKind kind, Map<HostPort, Integer> weights) {
    Map<Server, Integer> counts = new HashMap<>();
    UpstreamSettings settings = Facts.settings(kind, weights);
    ToIntFunction<Server> load = server -> inUse.getOrDefault(server, 0);
    for (int i = 0; i < times; i++) {
      Server chosen = chooser.choose(usable, settings, load, 5 * SECOND);
      counts.merge(java.util.Objects.requireNonNull(chosen), 1, Integer::sum);
    }
    return counts;
  }

  @Test
  void choose_noneUsable_isNull() {
    UpstreamSettings settings = Facts.settings(ReplicaChoiceKind.LEAST_LAG, Map.of());
    assertNull(chooser.choose(List.of(), settings, server -> 0, 0));
  }

  @Test
  void roundRobin_evenly() {
    assertEquals(Map.of(a, 10, b, 10, c, 10), choose(30, ReplicaChoiceKind.ROUND_ROBIN, Map.of()));
  }

  @Test
  void weighted_asOftenAsItsWeightAndSpread() {
    Map<HostPort, Integer> weights = Map.of(a.address(), 3, c.address(), 2);
    assertEquals(Map.of(a, 30, b, 10, c, 20), choose(60, ReplicaChoiceKind.WEIGHTED, weights));
    assertEquals(Map.of(a, 3, b, 1, c, 2), choose(6, ReplicaChoiceKind.WEIGHTED, weights));
    assertTrue(choose(3, ReplicaChoiceKind.WEIGHTED, weights).size() > 1);
  }

  @Test
  void leastConnections_theIdlest() {
    inUse.putAll(Map.of(a, 5, b, 3, c, 4));
    assertEquals(Map.of(b, 9), choose(9, ReplicaChoiceKind.LEAST_CONNECTIONS, Map.of()));
  }

  @Test
  void leastConnections_perWeight() {
    inUse.putAll(Map.of(a, 5, b, 3, c, 4));
    assertEquals(
        Map.of(a, 9), choose(9, ReplicaChoiceKind.LEAST_CONNECTIONS, Map.of(a.address(), 4)));
  }

  @Test
  void leastConnections_equal_inTurn() {
    assertEquals(
        Map.of(a, 3, b, 3, c, 3), choose(9, ReplicaChoiceKind.LEAST_CONNECTIONS, Map.of()));
  }

  @Test
  void leastLag_theMostRecent() {
    a.lag(1, 250);
    b.lag(1, 900);
    c.lag(1, 400);
    assertEquals(Map.of(a, 9), choose(9, ReplicaChoiceKind.LEAST_LAG, Map.of()));
  }

  @Test
  void leastLag_differenceBelowTheWatch_byConnections() {
    a.lag(1, 20);
    b.lag(1, 90);
    inUse.putAll(Map.of(a, 5, b, 0, c, 5));
    assertEquals(Map.of(b, 9), choose(9, ReplicaChoiceKind.LEAST_LAG, Map.of()));
  }

  @Test
  void slowStart_halfWay_halfOfItsShare() {
    b.ejection.returned(0);
    // 10 s of slow start, asked at 5 s: b takes part in every second choice only.
    int ofB = choose(600, ReplicaChoiceKind.ROUND_ROBIN, Map.of()).getOrDefault(b, 0);
    inUse.putAll(Map.of(a, 5, b, 3, c, 4));
    assertEquals(Map.of(b, 50, c, 50), choose(100, ReplicaChoiceKind.LEAST_CONNECTIONS, Map.of()));
    assertTrue(ofB > 0 && ofB <= 300, () -> "b was chosen " + ofB + " times");
  }

  @Test
  void slowStart_theOnlyOne_servesAll() {
    a.ejection.returned(0);
    UpstreamSettings settings = Facts.settings(ReplicaChoiceKind.LEAST_LAG, Map.of());
    for (int i = 0; i < 50; i++) {
      assertSame(a, chooser.choose(List.of(a), settings, server -> 0, 1));
    }
  }
}
