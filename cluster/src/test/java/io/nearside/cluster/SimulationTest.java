package io.nearside.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.nearside.cluster.BusMessage.Beat;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** The bus's promise under faults, and proof that the checker would notice were it broken. */
final class SimulationTest {
  /** {@code -Dnearside.simulation.seeds} for more. */
  private static final int SEEDS = Integer.getInteger("nearside.simulation.seeds", 25);

  private static final long FIRST_SEED = Long.getLong("nearside.simulation.seed", 1L);
  private static final long SECONDS = 60;

  @Test
  void fleetUnderFaults_isNeverFreshWithoutWhatItsPeersPublished() {
    assertHolds(false);
  }

  @Test
  void fleetUnderFaults_lostPeersHeld_isNeverFreshWithoutWhatAnyonePublished() {
    assertHolds(true);
  }

  private static void assertHolds(boolean lostPeersHeld) {
    Set<EpochReason> seen = EnumSet.noneOf(EpochReason.class);
    long checks = 0;
    long fresh = 0;
    long applied = 0;
    long positions = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      Simulation simulation = new Simulation(seed, lostPeersHeld, PeerProtocol::new).run(SECONDS);
      assertEquals(List.of(), simulation.violations);
      seen.addAll(simulation.epochs.keySet());
      checks += simulation.checks;
      fresh += simulation.freshChecks;
      applied += simulation.applied;
      positions += simulation.positionsApplied;
    }
    System.out.printf(
        "simulation: lost peers held %s, seeds %d..%d, %d checks, %d of them fresh,"
            + " %d invalidations, %d positions, epochs %s%n",
        lostPeersHeld, FIRST_SEED, FIRST_SEED + SEEDS - 1, checks, fresh, applied, positions, seen);
    assertTrue(applied > 1_000 && positions > 1_000, "what does not arrive proves nothing");
    assertTrue(fresh > checks / 10, "a fleet that is always fenced proves nothing");
    assertTrue(
        seen.containsAll(
            Set.of(
                EpochReason.BUS_GAP,
                EpochReason.PEER_NEW,
                EpochReason.PEER_LOST,
                EpochReason.PEER_SILENT,
                EpochReason.BUS_MERGED,
                EpochReason.BUS_OVERFLOW,
                EpochReason.FLUSH)),
        seen::toString);
  }

  @Test
  void sameSeed_givesSameRun() {
    Simulation one = new Simulation(5, true, PeerProtocol::new).run(10);
    Simulation other = new Simulation(5, true, PeerProtocol::new).run(10);
    assertEquals(one.freshChecks, other.freshChecks);
    assertEquals(one.applied, other.applied);
    assertEquals(one.epochs, other.epochs);
  }

  @Test
  void gapsIgnored_isCaught() {
    assertCaught(IgnoresGaps::new);
  }

  @Test
  void timeOfArrivalTakenForProof_isCaught() {
    assertCaught(TrustsArrival::new);
  }

  private static void assertCaught(PeerBus.ProtocolFactory broken) {
    for (long seed = 1; seed <= 20; seed++) {
      if (!new Simulation(seed, false, broken).run(SECONDS).violations.isEmpty()) {
        return;
      }
    }
    fail("the checker did not notice in 20 runs");
  }

  /** Breaks the rule that a missing number moves the epoch. */
  private static final class IgnoresGaps extends PeerProtocol {
    IgnoresGaps(
        BusSettings settings,
        BusClock clock,
        Supplier<Incarnation> incarnations,
        BusCounters counters) {
      super(settings, clock, incarnations, counters);
    }

    @Override
    boolean missed(Peer peer, long upTo) {
      return false;
    }
  }

  /** Breaks the rule that only an echo proves. */
  private static final class TrustsArrival extends PeerProtocol {
    TrustsArrival(
        BusSettings settings,
        BusClock clock,
        Supplier<Incarnation> incarnations,
        BusCounters counters) {
      super(settings, clock, incarnations, counters);
    }

    @Override
    long proof(Beat beat, long now) {
      return now;
    }
  }
}
