package io.nearside.tests.postgres.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The checker: every question carries a tag that occurs once, and whatever is answered to it may
 * carry no other; every written row carries one too, and is looked for at the end. Safe from any
 * thread.
 */
final class TagLedger {
  /** What is known of a write. */
  enum Fate {
    /** The client was told that it is done: it is there, once. */
    ACKNOWLEDGED,
    /** The client was told nothing: it is there once, or not at all. */
    UNKNOWN,
    /** It was rolled back, or its transaction was never ended: it is not there. */
    GONE
  }

  private static final Pattern TAG = Pattern.compile("tag-\\d+-\\d+-");
  private static final int VIOLATIONS_KEPT = 20;

  private final ConcurrentMap<String, Fate> writes = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, AtomicLong> counts = new ConcurrentHashMap<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();

  /** A tag that nobody else has; ends in a hyphen, so that none is the beginning of another. */
  static String tag(int client, long number) {
    return "tag-%d-%d-".formatted(client, number);
  }

  /** Looks through an answer for the tags of others. */
  void answer(String tag, String text) {
    Matcher found = TAG.matcher(text);
    while (found.find()) {
      if (!found.group().equals(tag)) {
        convict("asked with " + tag + ", answered " + text);
        return;
      }
    }
  }

  /** Convicts when an answer that came in full is not what was expected. */
  void complete(String tag, List<String> expected, List<String> rows) {
    if (!expected.equals(rows)) {
      convict("asked with %s for %s, answered %s".formatted(tag, brief(expected), brief(rows)));
    }
  }

  private static String brief(List<String> rows) {
    return rows.size() <= 6 ? rows.toString() : rows.size() + " rows " + rows.subList(0, 6);
  }

  void write(String tag, Fate fate) {
    writes.put(tag, fate);
  }

  void convict(String what) {
    count("violations");
    if (violations.size() < VIOLATIONS_KEPT) {
      violations.add(what);
    }
  }

  void count(String what) {
    counts.computeIfAbsent(what, w -> new AtomicLong()).incrementAndGet();
  }

  long counted(String what) {
    AtomicLong count = counts.get(what);
    return count == null ? 0 : count.get();
  }

  /**
   * Compares the writes with what the database holds.
   *
   * @param found how often each tag is there
   */
  void settle(Map<String, Integer> found) {
    writes.forEach(
        (tag, fate) -> {
          int times = found.getOrDefault(tag, 0);
          boolean right =
              switch (fate) {
                case ACKNOWLEDGED -> times == 1;
                case UNKNOWN -> times <= 1;
                case GONE -> times == 0;
              };
          if (!right) {
            convict(tag + " is " + fate + " and there " + times + " times");
          }
        });
    for (String tag : found.keySet()) {
      if (!writes.containsKey(tag)) {
        convict(tag + " was never written");
      }
    }
  }

  long writes(Fate fate) {
    return writes.values().stream().filter(fate::equals).count();
  }

  List<String> violations() {
    return new ArrayList<>(violations);
  }

  @Override
  public String toString() {
    return new TreeMap<>(counts) + ", writes acknowledged " + writes(Fate.ACKNOWLEDGED);
  }
}
