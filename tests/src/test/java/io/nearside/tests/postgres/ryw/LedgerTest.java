package io.nearside.tests.postgres.ryw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The checker by histories made by hand. */
final class LedgerTest {
  private static final Reader WRITER = new Reader(0, 1);
  private static final Reader NEIGHBOUR = new Reader(0, 2);
  private static final Reader STRANGER = new Reader(1, 3);

  private final AtomicLong now = new AtomicLong(1_000_000_000);

  private Ledger written(Promise promise) {
    var ledger = new Ledger(promise, 1, 500, now::get);
    ledger.acknowledged(0, ledger.key(0).issue(), WRITER);
    ledger.acknowledged(0, ledger.key(0).issue(), WRITER);
    return ledger;
  }

  private static int judge(Ledger ledger, Reader by, long version) {
    ledger.read(0, version, ledger.floors(by)[0], by, "replica", "test");
    return ledger.violations().size();
  }

  @Test
  void session_ownWriteMissed_convicts() {
    assertEquals(0, judge(written(Promise.SESSION), WRITER, 2));
    assertEquals(1, judge(written(Promise.SESSION), WRITER, 1));
    assertEquals(0, judge(written(Promise.SESSION), NEIGHBOUR, 0));
  }

  @Test
  void pod_neighboursWriteMissed_convicts() {
    assertEquals(1, judge(written(Promise.POD), NEIGHBOUR, 1));
    assertEquals(0, judge(written(Promise.POD), STRANGER, 0));
  }

  @Test
  void cluster_strangersWriteMissed_convictsOnceItIsOldEnough() {
    Ledger ledger = written(Promise.CLUSTER);
    now.addAndGet(499_000_000);
    assertEquals(0, judge(ledger, STRANGER, 0));
    now.addAndGet(2_000_000);
    assertEquals(1, judge(ledger, STRANGER, 1));
  }

  @Test
  void read_neverWritten_convicts() {
    assertEquals(1, judge(written(Promise.NONE), STRANGER, 3));
    assertEquals(1, judge(written(Promise.NONE), STRANGER, -4));
  }
}
