package io.nearside.tests.coherence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.agent.redis.StalenessFigures;
import io.nearside.cluster.ClusterEvent;
import io.nearside.tests.stack.RawRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** The sampler convicts a fleet that breaks the promise, and acquits one that keeps it. */
final class StalenessSamplerTest {
  private static final long SEED =
      Long.getLong("nearside.seed", ThreadLocalRandom.current().nextLong());
  private static final int KEYS = 8;
  private static final Duration CONVICTED_WITHIN = Duration.ofSeconds(30);
  private static final Duration HEALTHY_FOR = Duration.ofSeconds(4);

  @Test
  void sample_invalidationsLeftOut_violationsReported() throws IOException {
    System.out.println("seed " + SEED);
    try (InProcessFleet fleet = InProcessFleet.start(2, false, SEED);
        RawRedis writer = RawRedis.connect(fleet.address(0));
        RawRedis reader = RawRedis.connect(fleet.address(1))) {
      List<ClusterEvent> events = new CopyOnWriteArrayList<>();
      fleet.agent(1).redis().onEvent(events::add);
      fleet.skipInvalidations(1);
      for (int k = 0; k < KEYS; k++) {
        reader.ask("GET", "k" + k);
        writer.ask("SET", "k" + k, "newer");
      }
      long deadline = System.nanoTime() + CONVICTED_WITHIN.toNanos();
      while (totals(fleet).violations() == 0) {
        assertTrue(System.nanoTime() < deadline, () -> "no violation: " + totals(fleet));
        for (int k = 0; k < KEYS; k++) {
          reader.ask("GET", "k" + k);
        }
      }
      StalenessFigures.Violation last = totals(fleet).last();
      assertTrue(last != null && last.ageMillis() > 1_000, () -> "evidence " + last);
      assertEquals("get", last.command());
      assertTrue(
          events.stream().anyMatch(event -> event.type() == ClusterEvent.Type.VIOLATION),
          events::toString);
      // What was convicted is not served on.
      String key = new String(last.key().canonical(), java.nio.charset.StandardCharsets.UTF_8);
      assertEquals("$5\r\nnewer\r\n", reader.ask("GET", key));
    }
  }

  @Test
  void sample_healthyFleetUnderWrites_noViolation() throws IOException {
    System.out.println("seed " + SEED);
    try (InProcessFleet fleet = InProcessFleet.start(2, false, SEED);
        RawRedis writer = RawRedis.connect(fleet.address(0));
        RawRedis reader = RawRedis.connect(fleet.address(1))) {
      long end = System.nanoTime() + HEALTHY_FOR.toNanos();
      for (int n = 0; System.nanoTime() < end || totals(fleet).samples() < 3; n++) {
        writer.ask("SET", "k" + n % KEYS, Integer.toString(n));
        for (int k = 0; k < KEYS; k++) {
          reader.ask("GET", "k" + k);
        }
      }
      assertEquals(0, totals(fleet).violations(), () -> totals(fleet).toString());
    }
  }

  private static StalenessFigures.Totals totals(InProcessFleet fleet) {
    return fleet.agent(1).redis().observations().stalenessTotals();
  }
}
