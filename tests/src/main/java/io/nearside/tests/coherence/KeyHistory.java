package io.nearside.tests.coherence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * All versions of one key, and when each was acknowledged. Each question takes O(log versions).
 *
 * <p>The writers hold the key's lock from {@link #begin} until the outcome is known, so that both
 * invocation and acknowledgement times ascend with the index. A write of unknown outcome breaks
 * that order at the upstream: what sits in the buffer of a stopped process lands when it goes on.
 * Such a write is taken to land at most {@code lateLandingNanos} after it was sent.
 *
 * <p>Safe from any thread.
 */
final class KeyHistory {
  private final long lateLandingNanos;
  private final List<Version> versions = new ArrayList<>();
  private final Map<String, Version> byValue = new HashMap<>();
  private final TreeSet<Integer> removals = new TreeSet<>();
  private final List<Version> unknownRemovals = new ArrayList<>();
  private long[] acknowledgedNanos = new long[64];
  private int[] acknowledgedIndex = new int[64];
  private int acknowledgedCount;

  /** A history that begins with an absent key. */
  KeyHistory(Write beginning, long lateLandingNanos) {
    this.lateLandingNanos = lateLandingNanos;
    Version absent = begin(null, beginning);
    acknowledge(absent, beginning.invokedNanos);
  }

  synchronized Version begin(@Nullable String value, Write write) {
    if (value != null && byValue.containsKey(value)) {
      throw new IllegalArgumentException("not a fresh value: " + value);
    }
    return restore(value, write);
  }

  /**
   * As {@link #begin}, where the value may be an old one: whoever reads it reads the new version.
   */
  synchronized Version restore(@Nullable String value, Write write) {
    Version version = new Version(versions.size(), value, write);
    versions.add(version);
    if (value == null) {
      removals.add(version.index());
    } else {
      byValue.put(value, version);
    }
    return version;
  }

  synchronized void acknowledge(Version version, long nowNanos) {
    if (acknowledgedCount == acknowledgedNanos.length) {
      acknowledgedNanos = Arrays.copyOf(acknowledgedNanos, 2 * acknowledgedCount);
      acknowledgedIndex = Arrays.copyOf(acknowledgedIndex, 2 * acknowledgedCount);
    }
    acknowledgedNanos[acknowledgedCount] = nowNanos;
    acknowledgedIndex[acknowledgedCount] = version.index();
    acknowledgedCount++;
  }

  synchronized void unknown(Version version) {
    if (version.value() == null) {
      unknownRemovals.add(version);
    }
  }

  /**
   * What a value that was read stands for, given what the read was held to.
   *
   * @param value what was read; null for nothing
   * @param floor the oldest version that the read could return without breaking a rule
   */
  synchronized Observation resolve(@Nullable String value, int floor) {
    if (value == null) {
      return resolveAbsent(floor);
    }
    Version version = byValue.get(value);
    if (version == null) {
      return Observation.NEVER_WRITTEN;
    }
    return new Observation(version.index(), newestPlace(version));
  }

  private Observation resolveAbsent(int floor) {
    int newest = removals.last();
    Integer enough = removals.ceiling(floor);
    int oldest = enough == null ? newest : enough;
    for (Version late : unknownRemovals) {
      int place = newestPlace(late);
      newest = Math.max(newest, place);
      if (place >= floor) {
        oldest = Math.min(oldest, late.index());
      }
    }
    return new Observation(oldest, newest);
  }

  /** The newest version that this one can have overwritten. */
  private int newestPlace(Version version) {
    if (version.write().outcome() == Write.Outcome.ACKNOWLEDGED) {
      return version.index();
    }
    long landedNanos = version.write().invokedNanos + lateLandingNanos;
    int low = version.index();
    int high = versions.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (versions.get(middle).write().invokedNanos - landedNanos < 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The newest version that was acknowledged before the given moment; at least 0. */
  synchronized int newestAcknowledgedBefore(long nanos) {
    int low = 0;
    int high = acknowledgedCount - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (acknowledgedNanos[middle] - nanos < 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return acknowledgedIndex[low];
  }

  /**
   * For how long a read that was sent at {@code invokedNanos} had a newer acknowledged version than
   * the one it returned; 0 when it returned the newest.
   */
  synchronized long stalenessNanos(int observed, long invokedNanos) {
    int place = Arrays.binarySearch(acknowledgedIndex, 0, acknowledgedCount, observed + 1);
    int next = place < 0 ? -place - 1 : place;
    return next == acknowledgedCount ? 0 : Math.max(0, invokedNanos - acknowledgedNanos[next]);
  }

  synchronized Version version(int index) {
    return versions.get(index);
  }

  /** The versions around two indices, for the evidence of a violation. */
  synchronized List<Version> between(int from, int to) {
    int first = Math.max(0, Math.min(from, to) - 1);
    int last = Math.min(versions.size(), Math.max(from, to) + 3);
    return List.copyOf(versions.subList(first, last));
  }
}
