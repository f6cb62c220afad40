package io.nearside.tests.postgres.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.nearside.tests.postgres.fault.TagLedger.Fate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The checker convicts what it must and nothing else. */
final class TagLedgerTest {
  private final TagLedger ledger = new TagLedger();

  @Test
  void answer_tagOfAnother_convicts() {
    ledger.answer(TagLedger.tag(1, 1), "row tag-1-1-7");
    assertEquals(0, ledger.counted("violations"));
    ledger.answer(TagLedger.tag(1, 1), "row tag-1-11-7");
    assertEquals(1, ledger.counted("violations"));
  }

  @Test
  void complete_rowMissing_convicts() {
    ledger.complete("tag-1-1-", List.of("a", "b"), List.of("a", "b"));
    assertEquals(0, ledger.counted("violations"));
    ledger.complete("tag-1-1-", List.of("a", "b"), List.of("a"));
    assertEquals(1, ledger.counted("violations"));
  }

  @Test
  void settle_lostTwiceOrRisen_convicts() {
    ledger.write("a", Fate.ACKNOWLEDGED);
    ledger.write("b", Fate.UNKNOWN);
    ledger.write("c", Fate.GONE);
    ledger.settle(Map.of("a", 1, "b", 1));
    ledger.settle(Map.of("a", 1));
    assertEquals(0, ledger.counted("violations"));
    ledger.settle(Map.of());
    assertEquals(1, ledger.counted("violations"));
    ledger.settle(Map.of("a", 2, "b", 2, "c", 1, "d", 1));
    assertEquals(5, ledger.counted("violations"));
  }
}
