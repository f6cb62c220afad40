package io.nearside.agent.redis;

import io.nearside.cluster.BusSettings;
import java.util.concurrent.atomic.LongAdder;

/** How long writes of strongly consistent keys may wait, and what became of them. Any thread. */
final class StrongFigures {
  private static final long BEYOND_LEASE_MILLIS = 2_000;

  private final long leaseNanos;
  private final long waitMillisMax;
  private final LongAdder held = new LongAdder();
  private final LongAdder waitNanos = new LongAdder();
  private final LongAdder leasesWaited = new LongAdder();
  private final LongAdder refused = new LongAdder();

  StrongFigures(long leaseMillis) {
    this.leaseNanos = leaseMillis * 1_000_000;
    this.waitMillisMax = BusSettings.settleNanos(leaseMillis) / 1_000_000 + BEYOND_LEASE_MILLIS;
  }

  /** A lease with its margin and 2 s: then the write is refused. */
  long waitMillisMax() {
    return waitMillisMax;
  }

  /** A write was let through after a wait. */
  void held(long waitedNanos) {
    held.increment();
    waitNanos.add(waitedNanos);
    // The wait counts from the newest beat of the one who does not answer, not from the asking.
    if (waitedNanos >= leaseNanos / 2) {
      leasesWaited.increment();
    }
  }

  void refused() {
    refused.increment();
  }

  StrongStatistics statistics() {
    return new StrongStatistics(
        held.sum(), waitNanos.sum() / 1e9, leasesWaited.sum(), refused.sum());
  }
}
