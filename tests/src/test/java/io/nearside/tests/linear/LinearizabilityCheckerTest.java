package io.nearside.tests.linear;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.nearside.tests.linear.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Histories made by hand; times are in milliseconds. */
final class LinearizabilityCheckerTest {
  private static final String KEY = "k";

  private final List<Operation> history = new ArrayList<>();

  @Test
  void check_noOperations_accepted() {
    accepted();
  }

  @Test
  void check_oneAfterTheOther_accepted() {
    read(0, 1, null);
    write(2, 3, "a");
    read(4, 5, "a");
    write(6, 7, null);
    read(8, 9, null);
    accepted();
  }

  @Test
  void check_readDuringWrite_mayStillSeeTheOld() {
    write(0, 1, "a");
    write(2, 10, "b");
    read(3, 4, "a");
    read(5, 6, "b");
    read(11, 12, "b");
    accepted();
  }

  @Test
  void check_readAfterWrite_seesTheOld_convicted() {
    write(0, 1, "a");
    write(2, 3, "b");
    read(4, 5, "a");
    convicted(3);
  }

  @Test
  void check_readAfterFirstWrite_seesNothing_convicted() {
    write(0, 1, "a");
    read(2, 3, null);
    convicted(2);
  }

  @Test
  void check_newThenOldWhileTheWriteIsUnderWay_convicted() {
    write(0, 1, "a");
    write(2, 20, "b");
    read(3, 4, "b");
    read(5, 6, "a");
    convicted(4);
  }

  @Test
  void check_twoReadersSeeTwoWritesInDifferentOrders_convicted() {
    write(0, 20, "a");
    write(0, 20, "b");
    read(1, 2, "a");
    read(3, 4, "b");
    read(5, 6, "a");
    convicted(5);
  }

  @Test
  void check_readBeforeItsWrite_convicted() {
    read(0, 1, "a");
    write(2, 3, "a");
    convicted(2);
  }

  @Test
  void check_valueThatNobodyWrote_convicted() {
    write(0, 1, "a");
    read(2, 3, "b");
    convicted(1);
  }

  @Test
  void check_removedValueComesBack_convicted() {
    write(0, 1, "a");
    write(2, 3, null);
    read(4, 5, "a");
    convicted(3);
  }

  @Test
  void check_unknownWrite_mayNeverHappen() {
    write(0, 1, "a");
    end(2, 3, new Action.Write("b"), Outcome.UNKNOWN);
    read(4, 5, "a");
    accepted();
  }

  @Test
  void check_unknownWrite_mayHappenLate() {
    write(0, 1, "a");
    end(2, 3, new Action.Write("b"), Outcome.UNKNOWN);
    read(4, 5, "a");
    write(6, 7, "c");
    read(8, 9, "c");
    read(10, 11, "b");
    accepted();
  }

  @Test
  void check_unknownWrite_happensOnce() {
    write(0, 1, "a");
    end(2, 3, new Action.Write("b"), Outcome.UNKNOWN);
    read(4, 5, "b");
    write(6, 7, "c");
    read(8, 9, "b");
    convicted(4);
  }

  @Test
  void check_unknownWriteSeenBeforeItWasInvoked_convicted() {
    read(0, 1, "b");
    end(2, 3, new Action.Write("b"), Outcome.UNKNOWN);
    convicted(2);
  }

  @Test
  void check_unknownRemovals_mayHappenOrNot() {
    write(0, 1, "a");
    end(2, 3, new Action.Write(null), Outcome.UNKNOWN);
    end(2, 3, new Action.Write(null), Outcome.UNKNOWN);
    read(4, 5, null);
    write(6, 7, "b");
    read(8, 9, null);
    accepted();
    write(10, 11, "c");
    read(12, 13, null);
    convicted(8);
  }

  @Test
  void check_unknownRead_saysNothing() {
    write(0, 1, "a");
    end(2, 3, new Action.Read(null), Outcome.UNKNOWN);
    accepted();
  }

  @Test
  void check_refusedWriteIsSeen_convicted() {
    end(0, 1, new Action.Write("a"), Outcome.FAILED);
    read(2, 3, "a");
    convicted(2);
  }

  @Test
  void check_additionsGiveEachNumberOnce_accepted() {
    add(0, 10, 2L);
    add(0, 10, 1L);
    read(11, 12, "2");
    write(13, 14, "40");
    add(15, 16, 41L);
    accepted();
  }

  @Test
  void check_lostUpdate_convicted() {
    add(0, 10, 1L);
    add(0, 10, 1L);
    convicted(2);
  }

  @Test
  void check_unknownAdditions_mayHappenAtAnyTime() {
    end(0, 1, new Action.Add(null), Outcome.UNKNOWN);
    end(0, 1, new Action.Add(null), Outcome.UNKNOWN);
    add(2, 3, 1L);
    read(4, 5, "2");
    add(6, 7, 4L);
    accepted();
    add(8, 9, 6L);
    assertInstanceOf(Verdict.Violated.class, verdict());
  }

  @Test
  void check_keys_areJudgedOneByOne() {
    history.add(operation("x", 0, 1, new Action.Write("a"), Outcome.OK));
    history.add(operation("y", 2, 3, new Action.Write("b"), Outcome.OK));
    history.add(operation("x", 4, 5, new Action.Read("a"), Outcome.OK));
    history.add(operation("y", 4, 5, new Action.Read(null), Outcome.OK));
    var violated = assertInstanceOf(Verdict.Violated.class, verdict());
    assertEquals("y", violated.key());
  }

  @Test
  void check_moreUnderWayThanItCanTell_undecided() {
    for (int i = 0; i < 65; i++) {
      write(0, 10, "v" + i);
    }
    read(11, 12, "v0");
    assertInstanceOf(Verdict.Undecided.class, verdict());
  }

  @Test
  void check_moreStatesThanAllowed_undecided() {
    for (int i = 0; i < 12; i++) {
      write(0, 10, "v" + i);
      read(0, 20, "v" + i);
    }
    read(21, 22, "nobody's");
    var undecided = new LinearizabilityChecker(100).check(history);
    assertTrue(
        undecided instanceof Verdict.Undecided(String key, String why)
            && key.equals(KEY)
            && why.contains("100"),
        undecided::toString);
  }

  @Test
  void violated_toString_showsTheWindow() {
    write(0, 1, "a");
    for (int i = 0; i < 50; i++) {
      write(10 + 2L * i, 11 + 2L * i, "v" + i);
      read(10 + 2L * i, 11 + 2L * i, "v" + i);
    }
    read(200, 201, "v48");
    String window = convicted(3).toString();
    assertEquals(4, window.lines().count(), window);
    assertTrue(window.contains("write v48"), window);
    assertTrue(window.contains("write v49"), window);
    assertTrue(window.contains("read v48"), window);
  }

  private void read(long from, long to, @Nullable String seen) {
    end(from, to, new Action.Read(seen), Outcome.OK);
  }

  private void write(long from, long to, @Nullable String written) {
    end(from, to, new Action.Write(written), Outcome.OK);
  }

  private void add(long from, long to, Long result) {
    end(from, to, new Action.Add(result), Outcome.OK);
  }

  private void end(long from, long to, Action action, Outcome outcome) {
    history.add(operation(KEY, from, to, action, outcome));
  }

  private Operation operation(String key, long from, long to, Action action, Outcome outcome) {
    String process = "process " + history.size();
    return new Operation(process, key, action, from * 1_000_000, to * 1_000_000, outcome);
  }

  private Verdict verdict() {
    return new LinearizabilityChecker().check(history);
  }

  private void accepted() {
    assertEquals(new Verdict.Linearizable(), verdict());
  }

  /** With evidence of so many operations. */
  private Verdict.Violated convicted(int operations) {
    var violated = assertInstanceOf(Verdict.Violated.class, verdict());
    assertEquals(operations, violated.operations().size(), violated::toString);
    return violated;
  }
}
