package io.nearside.agent.cache.warm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The hot reads of a while: remembered beyond the near-cache's epochs, as the peers of a newcomer
 * move theirs when it comes, and forgotten by and by. Bounded. One thread at a time.
 */
public final class HotList {
  private static final Comparator<HotEntry> HOTTEST_FIRST =
      Comparator.comparingInt(HotEntry::heat).reversed();

  private final Map<HotRead, HotEntry> entries = new HashMap<>();

  /** Adds heat to a read; the time to live is that of the newest call. */
  public void add(HotRead read, int heat, long ttlMillis) {
    entries.merge(
        read,
        new HotEntry(read, heat, ttlMillis),
        (held, added) ->
            new HotEntry(held.read(), sum(held.heat(), added.heat()), added.ttlMillis()));
  }

  /** Halves all heat; what has none left is forgotten. */
  public void age() {
    entries.replaceAll((read, e) -> new HotEntry(read, e.heat() / 2, e.ttlMillis()));
    entries.values().removeIf(entry -> entry.heat() == 0);
  }

  /** Forgets the coldest beyond {@code max}. */
  public void trim(int max) {
    if (entries.size() > max) {
      List<HotEntry> kept = top(max);
      entries.clear();
      kept.forEach(entry -> entries.put(entry.read(), entry));
    }
  }

  /** The hottest, hottest first. */
  public List<HotEntry> top(int max) {
    return entries.values().stream().sorted(HOTTEST_FIRST).limit(max).toList();
  }

  public boolean contains(HotRead read) {
    return entries.containsKey(read);
  }

  /** 0 for what is not remembered. */
  public int heat(HotRead read) {
    HotEntry entry = entries.get(read);
    return entry == null ? 0 : entry.heat();
  }

  public int size() {
    return entries.size();
  }

  /**
   * Several lists as one: heat is added up, and of two times to live the longer one counts, as the
   * shorter may be that of an older look.
   */
  public static List<HotEntry> merge(List<List<HotEntry>> lists, int max) {
    Map<HotRead, HotEntry> merged = new HashMap<>();
    for (List<HotEntry> list : lists) {
      for (HotEntry entry : list) {
        merged.merge(entry.read(), entry, HotList::both);
      }
    }
    List<HotEntry> all = new ArrayList<>(merged.values());
    all.sort(HOTTEST_FIRST);
    return List.copyOf(all.subList(0, Math.min(max, all.size())));
  }

  private static HotEntry both(HotEntry a, HotEntry b) {
    boolean endless = a.ttlMillis() < 0 || b.ttlMillis() < 0;
    return new HotEntry(
        a.read(),
        sum(a.heat(), b.heat()),
        endless ? HotEntry.ENDLESS : Math.max(a.ttlMillis(), b.ttlMillis()));
  }

  private static int sum(int a, int b) {
    return (int) Math.min(Integer.MAX_VALUE, (long) a + b);
  }
}
