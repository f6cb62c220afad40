package io.nearside.tests.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.linear.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Histories made at random: judged otherwise, or known to be good or bad by how they were made. */
final class RandomHistoriesTest {
  private final long seed = Long.getLong("nearside.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @Test
  void check_smallHistories_agreesWithTryingEveryOrder() {
    int accepted = 0;
    int rounds = 20_000;
    for (int round = 0; round < rounds; round++) {
      List<Operation> history = anything(2 + random.nextInt(5));
      boolean possible = EveryOrder.explains(history);
      accepted += possible ? 1 : 0;
      Verdict verdict = new LinearizabilityChecker().check(history);
      assertEquals(possible, verdict instanceof Verdict.Linearizable, () -> seed + ": " + history);
      if (verdict instanceof Verdict.Violated(_, var evidence)) {
        assertTrue(!EveryOrder.explains(evidence), () -> seed + ": not evidence: " + evidence);
      }
    }
    int both = accepted;
    assertTrue(both > rounds / 10 && both < rounds * 9 / 10, () -> "one-sided: " + both);
  }

  @Test
  void check_historiesOfAGoodRegister_accepted() {
    for (int round = 0; round < 200; round++) {
      List<Operation> history =
          new RegisterModel(random, 1 + random.nextInt(12), round % 3 == 0).run(300);
      assertEquals(
          new Verdict.Linearizable(), new LinearizabilityChecker().check(history), () -> "" + seed);
    }
  }

  @Test
  void check_goodHistoryWithOneStaleRead_convicted() {
    for (int round = 0; round < 50; round++) {
      List<Operation> history = new RegisterModel(random, 6, false).run(300);
      List<Operation> spoilt = RegisterModel.withStaleRead(history, random);
      var violated =
          assertInstanceOf(
              Verdict.Violated.class, new LinearizabilityChecker().check(spoilt), () -> "" + seed);
      assertTrue(violated.operations().size() <= 6, violated::toString);
    }
  }

  @Test
  void check_goodCounterWithOneLostUpdate_convicted() {
    for (int round = 0; round < 50; round++) {
      List<Operation> history = new RegisterModel(random, 6, true).run(200);
      List<Operation> spoilt = RegisterModel.withLostUpdate(history, random);
      assertInstanceOf(
          Verdict.Violated.class, new LinearizabilityChecker().check(spoilt), () -> "" + seed);
    }
  }

  /** In seconds, both ways; a search that forgets what it has seen takes years. */
  @Test
  void check_tenThousandOperationsOnOneKey_decided() {
    List<Operation> history = new RegisterModel(random, 16, false).run(10_000);
    assertEquals(
        new Verdict.Linearizable(), new LinearizabilityChecker().check(history), () -> "" + seed);
    List<Operation> spoilt = RegisterModel.withStaleRead(history, random);
    assertInstanceOf(
        Verdict.Violated.class, new LinearizabilityChecker().check(spoilt), () -> "" + seed);
    assertEquals(
        new Verdict.Linearizable(),
        new LinearizabilityChecker().check(new RegisterModel(random, 16, true).run(10_000)),
        () -> "" + seed);
  }

  /** Few values and times, so that about half of the histories have an order. */
  private List<Operation> anything(int size) {
    boolean sums = random.nextInt(3) == 0;
    List<Operation> history = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      long from = random.nextInt(12);
      long to = from + 1 + random.nextInt(6);
      int dice = random.nextInt(10);
      Outcome outcome =
          switch (random.nextInt(12)) {
            case 0, 1, 2 -> Outcome.UNKNOWN;
            case 3 -> Outcome.FAILED;
            default -> Outcome.OK;
          };
      String value = random.nextInt(6) == 0 ? null : "" + (1 + random.nextInt(3));
      Action action =
          dice < 5
              ? new Action.Read(value)
              : sums && dice < 8
                  ? new Action.Add(outcome == Outcome.OK ? 1L + random.nextInt(3) : null)
                  : new Action.Write(value);
      history.add(new Operation("p" + i, "k", action, from, to, outcome));
    }
    return history;
  }
}
