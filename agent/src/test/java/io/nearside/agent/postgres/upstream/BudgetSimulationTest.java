package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.nearside.agent.postgres.upstream.BudgetSimulation.Rules;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The budget's promises under faults, and proof that the checker would notice were they broken. */
final class BudgetSimulationTest {
  /** {@code -Dnearside.simulation.budgets} for more. */
  private static final int SEEDS = Integer.getInteger("nearside.simulation.budgets", 2_000);

  private static final long FIRST_SEED = Long.getLong("nearside.simulation.seed", 1L);
  private static final long MILLIS = 8_000;

  @Test
  void fleetUnderFaults_neverHasMoreConnectionsThanTheBudget() {
    long checks = 0;
    long full = 0;
    long grants = 0;
    long kills = 0;
    long stops = 0;
    long crashes = 0;
    long lonely = 0;
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      BudgetSimulation simulation = new BudgetSimulation(seed, Rules.KEPT).run(MILLIS);
      assertEquals(List.of(), simulation.violations);
      checks += simulation.checks;
      full += simulation.full;
      grants += simulation.grants;
      kills += simulation.kills;
      stops += simulation.stops;
      crashes += simulation.crashes;
      lonely += simulation.lonely;
    }
    System.out.printf(
        "budget: seeds %d..%d, %d checks, %d of them at the limit, %d slots granted, %d ledgers"
            + " killed, %d stops, %d crashes, %d checks of who is alone%n",
        FIRST_SEED, FIRST_SEED + SEEDS - 1, checks, full, grants, kills, stops, crashes, lonely);
    assertTrue(full > checks / 1_000, "a budget that is never used up proves nothing");
    assertTrue(grants > SEEDS && kills > SEEDS && stops > SEEDS && crashes > SEEDS / 2);
    assertTrue(lonely > SEEDS);
  }

  @Test
  void sameSeed_givesSameRun() {
    BudgetSimulation one = new BudgetSimulation(77, Rules.KEPT).run(MILLIS);
    BudgetSimulation other = new BudgetSimulation(77, Rules.KEPT).run(MILLIS);
    assertEquals(one.checks, other.checks);
    assertEquals(one.grants, other.grants);
    assertEquals(one.connections(), other.connections());
  }

  @Test
  void quietFleet_comesToMaxMinFairShares() {
    for (long seed = 1; seed <= 100; seed++) {
      BudgetSimulation simulation = new BudgetSimulation(seed, Rules.KEPT).runQuietly(20_000);
      assertEquals(List.of(), simulation.violations);
      int slots = simulation.settings.slots(simulation.settings.sidecarsMax());
      int wanted = 0;
      int held = 0;
      int most = 0;
      int leastUnmet = Integer.MAX_VALUE;
      for (SimulatedSidecar sidecar : simulation.fleet) {
        BudgetState state = sidecar.state();
        wanted += state.wanted();
        held += state.held();
        most = Math.max(most, state.held());
        leastUnmet =
            state.held() < state.wanted() ? Math.min(leastUnmet, state.held()) : leastUnmet;
        assertTrue(state.held() <= state.wanted(), state::toString);
        assertEquals(
            Math.min(sidecar.wanted(), state.allowed()), sidecar.open(), "what is allowed is used");
      }
      String where = "seed " + seed + " " + simulation.fleet;
      assertEquals(Math.min(slots, wanted), held, where);
      assertTrue(leastUnmet == Integer.MAX_VALUE || most <= leastUnmet + 1, where);
    }
  }

  @Test
  void demandThatMoves_takesTheSlotsWithIt() {
    BudgetSimulation simulation = new BudgetSimulation(4, Rules.KEPT);
    simulation.runQuietly(100);
    SimulatedSidecar first = simulation.fleet.getFirst();
    SimulatedSidecar last = simulation.fleet.getLast();
    int slots = simulation.settings.slots(1);
    assertTrue(simulation.fleet.size() > 1 && slots > 3, "chosen so");
    simulation.fleet.forEach(each -> each.want(0));
    first.want(1_000);
    simulation.runQuietly(20_000);
    assertEquals(slots, first.state().held());
    first.want(0);
    last.want(1_000);
    simulation.runQuietly(3_000);
    assertEquals(slots, last.state().held(), "sooner than idle slots are given back unasked");
    assertEquals(List.of(), simulation.violations);
  }

  @Test
  void noGrace_isCaught() {
    assertCaught(new Rules(false, true, false, true), "allowed");
  }

  @Test
  void locksNotAsked_isCaught() {
    assertCaught(new Rules(true, false, false, true), "allowed");
  }

  @Test
  void extrasKeptWithoutCluster_isCaught() {
    assertCaught(new Rules(true, true, false, false), "has no cluster");
  }

  /** What the promise does not cover: a stopped process whose ledger connection alone is ended. */
  @Test
  void ledgersOfStoppedSidecarsKilled_isBeyondTheAssumptionAndCaught() {
    assertCaught(new Rules(true, true, true, true), "allowed");
  }

  private static void assertCaught(Rules broken, String how) {
    for (long seed = 1; seed <= 300; seed++) {
      List<String> violations = new BudgetSimulation(seed, broken).run(MILLIS).violations;
      if (!violations.isEmpty()) {
        assertTrue(violations.getFirst().contains(how), violations::getFirst);
        return;
      }
    }
    fail("the checker did not notice in 300 runs");
  }
}
