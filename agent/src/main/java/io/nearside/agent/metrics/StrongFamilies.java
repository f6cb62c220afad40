package io.nearside.agent.metrics;

import static io.nearside.agent.metrics.MetricNames.STRONG_ANCHORED;
import static io.nearside.agent.metrics.MetricNames.STRONG_LEASE_WAITS;
import static io.nearside.agent.metrics.MetricNames.STRONG_OPEN;
import static io.nearside.agent.metrics.MetricNames.STRONG_REFUSED;
import static io.nearside.agent.metrics.MetricNames.STRONG_WAIT;
import static io.nearside.agent.metrics.MetricNames.STRONG_WRITES;

/** The metrics of strongly consistent keys. */
final class StrongFamilies {
  private StrongFamilies() {}

  static void add(MetricFamilies families, StrongSnapshot now) {
    families
        .gauge(STRONG_ANCHORED, now.anchored() ? 1 : 0)
        .gauge(STRONG_OPEN, now.open() ? 1 : 0)
        .counter(STRONG_WRITES, now.writes())
        .summary(STRONG_WAIT, now.writes(), now.waitSeconds())
        .counter(STRONG_LEASE_WAITS, now.leaseWaits())
        .counter(STRONG_REFUSED, now.refused());
  }
}
