package io.nearside.tests.coherence;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Counts what clients were told instead of an answer, by text. Safe from any thread. */
public final class Mishaps {
  private static final int TEXTS_MAX = 50;

  private final Map<String, LongAdder> counts = new ConcurrentSkipListMap<>();
  private final LongAdder throughSidecars = new LongAdder();

  /** One more; a number in the text is not looked at. */
  public void count(int path, @Nullable String text) {
    if (path != CoherenceChecker.DIRECT) {
      throughSidecars.increment();
    }
    String shortened =
        CoherenceChecker.pathName(path)
            + ": "
            + (text == null ? "no reason" : text.replaceAll("[0-9]+", "N"));
    if (counts.size() < TEXTS_MAX || counts.containsKey(shortened)) {
      counts.computeIfAbsent(shortened, fresh -> new LongAdder()).increment();
    } else {
      counts.computeIfAbsent("others", fresh -> new LongAdder()).increment();
    }
  }

  long throughSidecars() {
    return throughSidecars.sum();
  }

  /** What was counted, by text. */
  public Map<String, Long> counts() {
    Map<String, Long> sums = new ConcurrentSkipListMap<>();
    counts.forEach((text, count) -> sums.put(text, count.sum()));
    return sums;
  }
}
