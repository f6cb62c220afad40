package io.nearside.tests.linear;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** The keys of one run, which no other run has used: each begins without a value. Immutable. */
final class StrongKeys {
  private final List<String> texts;
  private final List<String> counters;

  StrongKeys(String run, int count) {
    texts = names(run + ":text:", count);
    counters = names(run + ":counter:", Math.max(1, count / 2));
  }

  private static List<String> names(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(i -> StrongPlan.PREFIX + prefix + i).toList();
  }

  String text(RandomGenerator random) {
    return texts.get(random.nextInt(texts.size()));
  }

  String counter(RandomGenerator random) {
    return counters.get(random.nextInt(counters.size()));
  }

  /** Different ones. */
  List<String> texts(RandomGenerator random, int count) {
    List<String> shuffled = new ArrayList<>(texts);
    Collections.shuffle(shuffled, Random.from(random));
    return shuffled.subList(0, count);
  }
}
