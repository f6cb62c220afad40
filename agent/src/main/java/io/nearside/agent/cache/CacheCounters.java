package io.nearside.agent.cache;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counters of the near-cache that are not on the path of a hit. */
final class CacheCounters {
  final LongAdder fills = new LongAdder();
  final LongAdder evictions = new LongAdder();
  final LongAdder invalidations = new LongAdder();
  private final Map<RefusedFill, LongAdder> refused = new EnumMap<>(RefusedFill.class);

  CacheCounters() {
    for (RefusedFill reason : RefusedFill.values()) {
      refused.put(reason, new LongAdder());
    }
  }

  void refused(RefusedFill reason) {
    Objects.requireNonNull(refused.get(reason)).increment();
  }

  Map<RefusedFill, Long> refused() {
    var sums = new EnumMap<RefusedFill, Long>(RefusedFill.class);
    refused.forEach((reason, count) -> sums.put(reason, count.sum()));
    return sums;
  }
}
