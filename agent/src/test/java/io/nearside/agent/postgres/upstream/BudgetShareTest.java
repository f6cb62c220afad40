package io.nearside.agent.postgres.upstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.cluster.Demand;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Each rule of the share, without a server, a bus or real time. */
final class BudgetShareTest {
  /** Ten slots; three connections without one, besides the ledger's. */
  private static final BudgetSettings SETTINGS = new BudgetSettings(18, 4, 2, 500);

  private final List<String> orders = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final List<Demand> others = new ArrayList<>();
  private long nowNanos = -5;
  private boolean joined = true;
  private int sidecars = 2;
  private int open;
  private int wanted;
  private String said = "";

  private final BudgetShare share =
      new BudgetShare(SETTINGS, new Surroundings(), new Orders(), new Peers(), new Pools());

  private final class Surroundings implements BudgetShare.Environment {
    private final Random random = new Random(1);

    @Override
    public long nanos() {
      return nowNanos;
    }

    @Override
    public RandomGenerator random() {
      return random;
    }
  }

  private final class Orders implements BudgetShare.Ledger {
    @Override
    public void acquire(int count, int slots) {
      orders.add("acquire " + count + " of " + slots);
    }

    @Override
    public void release(List<Integer> slots) {
      orders.add("release " + slots);
    }

    @Override
    public void restart(String why) {
      orders.add("restart");
    }
  }

  private final class Peers implements BudgetPeers {
    @Override
    public boolean joined() {
      return joined;
    }

    @Override
    public int sidecars() {
      return sidecars;
    }

    @Override
    public String self() {
      return "me";
    }

    @Override
    public List<Demand> demands() {
      return others;
    }

    @Override
    public void say(int wantedSlots, int held) {
      said = wantedSlots + "/" + held;
    }
  }

  private final class Pools implements BudgetUser {
    @Override
    public int open() {
      return open;
    }

    @Override
    public int wanted() {
      return wanted;
    }

    @Override
    public void allowed(int connections, boolean atOnce) {
      told.add(connections + (atOnce ? " at once" : ""));
      share.step();
    }
  }

  private void passMillis(long millis) {
    nowNanos += millis * 1_000_000;
    share.ledgerAnswered(nowNanos);
    share.step();
  }

  /** Connected, and these slots held and rested; what happened until then is forgotten. */
  private void holding(int connectionsWanted, Integer... slots) {
    wanted = connectionsWanted;
    share.ledgerUp();
    share.acquired(List.of(slots));
    passMillis(500);
    open = Math.min(wanted, share.allowed());
    orders.clear();
    told.clear();
  }

  @Test
  void created_withoutLedger_hasTheGuaranteedShareLessTheLedgers() {
    wanted = 9;
    share.step();
    assertEquals(3, share.allowed());
    assertEquals(List.of(), orders);
    assertEquals("0/0", said, "what it can not take it does not claim");
  }

  @Test
  void ledgerUp_moreWanted_asksForWhatIsMissingOnly() {
    wanted = 8;
    share.ledgerUp();
    share.step();
    assertEquals(List.of("acquire 5 of 10"), orders);
    assertEquals("5/0", said);
  }

  @Test
  void ledgerUp_enoughGuaranteed_asksForNothing() {
    wanted = 3;
    share.ledgerUp();
    assertEquals(List.of(), orders);
  }

  @Test
  void acquired_slot_restsForTheGrace() {
    wanted = 4;
    share.ledgerUp();
    share.acquired(List.of(7));
    passMillis(499);
    assertEquals(3, share.allowed());
    assertEquals(1, share.state().resting());
    passMillis(1);
    assertEquals(4, share.allowed());
    assertEquals(List.of("4"), told);
    assertEquals("1/1", said);
  }

  @Test
  void acquired_none_waitsBeforeItAsksAgain() {
    wanted = 4;
    share.ledgerUp();
    share.acquired(List.of());
    orders.clear();
    passMillis(12);
    assertEquals(List.of(), orders);
    passMillis(13);
    assertEquals(List.of("acquire 1 of 10"), orders);
  }

  @Test
  void ledgerLost_everySlotIsGoneAtOnce() {
    holding(6, 1, 2, 3);
    assertEquals(6, share.allowed());
    share.ledgerLost("killed");
    assertEquals(3, share.allowed());
    assertEquals(List.of("3 at once"), told);
    assertEquals(List.of(), orders, "there is nothing to unlock");
    assertTrue(share.state().detail().contains("killed"));
  }

  @Test
  void ledger_silent_countsAsLost() {
    holding(6, 1, 2, 3);
    nowNanos += BudgetShare.SILENCE_MILLIS * 1_000_000;
    share.step();
    assertEquals(6, share.allowed());
    nowNanos++;
    assertEquals(3, share.allowed(), "without a timer: who was stopped opens nothing on old locks");
    share.step();
    assertEquals(List.of("restart"), orders);
    assertEquals(List.of("3 at once"), told);
  }

  @Test
  void cluster_lost_givesBackAsConnectionsClose() {
    holding(6, 1, 2, 3);
    joined = false;
    share.step();
    assertEquals(3, share.allowed());
    assertEquals(List.of("3"), told);
    assertEquals(List.of(), orders, "connections stand on all of them");
    open = 5;
    share.step();
    assertEquals(1, orders.size());
    share.released(List.of(3));
    open = 3;
    share.step();
    assertEquals(2, orders.size());
    assertEquals(2, share.state().held());
  }

  @Test
  void cluster_lostAndBack_keepsWhatIsNotGivenBackYet() {
    holding(6, 1, 2, 3);
    joined = false;
    share.step();
    joined = true;
    share.step();
    assertEquals(6, share.allowed());
    assertEquals(List.of("3", "6"), told);
    assertEquals(List.of(), orders);
  }

  @Test
  void restingSlots_cluster_lost_areGivenBackWhateverIsOpen() {
    wanted = 5;
    share.ledgerUp();
    share.acquired(List.of(4, 5));
    orders.clear();
    open = 5;
    joined = false;
    share.step();
    assertEquals(List.of("release [4, 5]"), orders);
  }

  @Test
  void slotOnItsWayBack_isNotKeptAgain() {
    holding(5, 1, 2);
    joined = false;
    open = 3;
    share.step();
    assertEquals(List.of("release [1, 2]"), orders);
    joined = true;
    share.step();
    assertEquals(3, share.allowed());
    share.released(List.of(1, 2));
    assertEquals("acquire 2 of 10", orders.getLast());
  }

  @Test
  void others_wantMoreThanThereIs_getTheirDueAfterAWhile() {
    holding(13, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    others.add(new Demand("b", 4, 0));
    passMillis(1);
    passMillis(BudgetShare.CONTENDED_MILLIS - 1);
    assertEquals(13, share.allowed());
    passMillis(1);
    assertEquals(9, share.allowed());
    assertEquals(List.of(), orders);
    open = 9;
    share.step();
    assertEquals(1, orders.size());
    assertEquals(4, share.state().returning());
  }

  @Test
  void others_wantBriefly_nothingMoves() {
    holding(13, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    for (int i = 0; i < 20; i++) {
      others.add(new Demand("b", 4, 0));
      passMillis(BudgetShare.CONTENDED_MILLIS - 1);
      others.clear();
      passMillis(1);
    }
    assertEquals(13, share.allowed());
    assertEquals(List.of(), told);
  }

  @Test
  void idleSlots_areKeptForAWhileUnlessOthersWantThem() {
    holding(6, 1, 2, 3);
    wanted = 0;
    open = 0;
    passMillis(BudgetShare.DEMAND_WINDOW_MILLIS);
    passMillis(BudgetShare.DEMAND_WINDOW_MILLIS);
    passMillis(BudgetShare.IDLE_MILLIS - 1);
    assertEquals(6, share.allowed());
    passMillis(1);
    assertEquals(3, share.allowed());
    assertEquals(List.of("release [1, 2, 3]"), orders);
  }

  @Test
  void demand_shortLull_isNotSeen() {
    holding(6, 1, 2, 3);
    others.add(new Demand("b", 10, 7));
    for (int i = 0; i < 40; i++) {
      wanted = i % 4 == 0 ? 6 : 0;
      passMillis(100);
    }
    assertEquals(6, share.allowed());
  }

  @Test
  void slots_whenThereAreMoreSidecarsThanSaid_shrink() {
    holding(6, 1, 2, 9);
    sidecars = 4;
    open = 3;
    share.step();
    assertEquals(4, share.allowed(), "two slots are left: of ours only number 1");
    assertEquals(List.of("release [2, 9]"), orders);
    assertTrue(share.state().detail().contains("4 sidecars"));
  }

  @Test
  void acquire_many_isBounded() {
    BudgetShare wide =
        new BudgetShare(
            new BudgetSettings(1_000, 2, 2, 0),
            new Surroundings(),
            new Orders(),
            new Peers(),
            new Pools());
    wanted = 900;
    wide.ledgerUp();
    assertEquals(List.of("acquire " + BudgetShare.ACQUIRE_MAX + " of 996"), orders);
  }

  @Test
  void apply_newNumbers_countAtOnce() {
    holding(13, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    share.apply(new BudgetSettings(12, 4, 2, 500));
    assertEquals(7, share.allowed());
    assertEquals(6, share.state().returning());
  }

  @Test
  void settings_thatCanNotBeKept_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> new BudgetSettings(20, 1, 2, 0));
    assertThrows(IllegalArgumentException.class, () -> new BudgetSettings(19, 2, 10, 0));
    assertThrows(IllegalArgumentException.class, () -> new BudgetSettings(20, 2, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new BudgetSettings(20, 2, 10, -1));
    assertEquals(0, new BudgetSettings(20, 2, 10, 0).slots(1));
    assertEquals(0, new BudgetSettings(20, 2, 10, 0).slots(11));
    assertFalse(new BudgetSettings(21, 2, 10, 0).slots(10) == 0);
  }

  @Test
  void shares_ofAllWhoKnowTheSame_fillTheSlotsFairly() {
    Random random = new Random(3);
    for (int round = 0; round < 2_000; round++) {
      int slots = random.nextInt(30);
      List<Demand> claims = new ArrayList<>();
      for (int i = random.nextInt(9); i >= 0; i--) {
        claims.add(new Demand("n" + i, random.nextInt(12), 0));
      }
      int sum = 0;
      int total = 0;
      int most = 0;
      int leastUnmet = Integer.MAX_VALUE;
      for (Demand claim : claims) {
        List<Demand> rest = claims.stream().filter(each -> !each.equals(claim)).toList();
        int share = BudgetFairness.share(slots, claim.node(), claim.wanted(), rest);
        assertTrue(share <= claim.wanted());
        sum += share;
        total += claim.wanted();
        most = Math.max(most, share);
        leastUnmet = share < claim.wanted() ? Math.min(leastUnmet, share) : leastUnmet;
      }
      assertEquals(Math.min(slots, total), sum, claims::toString);
      assertTrue(leastUnmet == Integer.MAX_VALUE || most <= leastUnmet + 1, claims::toString);
    }
  }
}
