package io.nearside.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Strong keys under faults, and proof that the checker would notice were a rule broken. */
final class StrongSimulationTest {
  /** {@code -Dnearside.simulation.seeds} for more. */
  private static final int SEEDS = Integer.getInteger("nearside.simulation.seeds", 10);

  private static final long FIRST_SEED = Long.getLong("nearside.simulation.seed", 1L);
  private static final long SECONDS = 30;

  @Test
  void fleetUnderFaults_isLinearizable() {
    long hits = 0;
    long writes = 0;
    long refusals = 0;
    long slowestNanos = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      StrongSimulation simulation = new StrongSimulation(seed, StrongKeys::new).run(SECONDS);
      assertEquals(List.of(), simulation.violations);
      hits += simulation.hits;
      writes += simulation.writes;
      refusals += simulation.refusals;
      slowestNanos = Math.max(slowestNanos, simulation.slowestHoldNanos);
    }
    System.out.printf(
        "strong simulation: seeds %d..%d, %d hits, %d writes, %d refused, slowest hold %d ms%n",
        FIRST_SEED, FIRST_SEED + SEEDS - 1, hits, writes, refusals, slowestNanos / 1_000_000);
    assertTrue(
        slowestNanos <= BusSettings.settleNanos(StrongSimulation.LEASE_MILLIS),
        "no hold waits for longer than a lease and its margin");
    assertTrue(hits > 1_000 && writes > 1_000, "what is never served or written proves nothing");
  }

  @Test
  void acksNotAwaited_isCaught() {
    assertCaught(
        (settings, anchor, listener) ->
            new StrongKeys(settings, anchor, listener) {
              @Override
              long leaseEndNanos(Peer peer) {
                return peer.stampHeardNanos;
              }
            });
  }

  @Test
  void leaseOfSilentPeersNotAwaited_isCaught() {
    assertCaught(
        (settings, anchor, listener) ->
            new StrongKeys(settings, anchor, listener) {
              @Override
              long leaseEndNanos(Peer peer) {
                return peer.stampHeardNanos + BusSettings.settleNanos(0);
              }
            });
  }

  @Test
  void grantsWhileHoldsAreOutstanding_isCaught() {
    assertCaught(
        (settings, anchor, listener) ->
            new StrongKeys(settings, anchor, listener) {
              @Override
              boolean grants(Incarnation peer) {
                return true;
              }
            });
  }

  @Test
  void holdsEndedAtGap_isCaught() {
    assertCaught(
        (settings, anchor, listener) ->
            new StrongKeys(settings, anchor, listener) {
              @Override
              void missed(Peer peer) {
                super.missed(peer);
                ofPeers.endAll(peer.life());
              }
            });
  }

  private static void assertCaught(StrongKeys.Factory broken) {
    for (long seed = 1; seed <= 20; seed++) {
      if (!new StrongSimulation(seed, broken).run(SECONDS).violations.isEmpty()) {
        return;
      }
    }
    fail("the checker did not notice in 20 runs");
  }
}
