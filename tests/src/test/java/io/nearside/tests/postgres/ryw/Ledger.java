package io.nearside.tests.postgres.ryw;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * The checker: knows what was acknowledged and convicts reads that are older than promised, or that
 * give what nobody has committed. Safe from any thread.
 */
final class Ledger {
  private static final int VIOLATIONS_KEPT = 20;

  private final Promise promise;
  private final long stalenessNanos;
  private final LongSupplier nanoTime;
  private final List<KeyLedger> keys = new ArrayList<>();
  private final List<String> violations = new CopyOnWriteArrayList<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final ConcurrentMap<String, AtomicLong> counts = new ConcurrentHashMap<>();

  Ledger(Promise promise, int keyCount, long stalenessMillis, LongSupplier nanoTime) {
    this.promise = promise;
    this.stalenessNanos = stalenessMillis * 1_000_000;
    this.nanoTime = nanoTime;
    for (int i = 0; i < keyCount; i++) {
      keys.add(new KeyLedger());
    }
  }

  KeyLedger key(int key) {
    return keys.get(key);
  }

  int keyCount() {
    return keys.size();
  }

  void acknowledged(int key, long version, Reader by) {
    keys.get(key).acknowledged(version, by, nanoTime.getAsLong());
    count("writes");
  }

  /** The lowest versions of all keys that a read which begins now may give. */
  long[] floors(Reader by) {
    long now = nanoTime.getAsLong();
    long[] floors = new long[keys.size()];
    for (int key = 0; key < floors.length; key++) {
      floors[key] = keys.get(key).floor(promise, by, now, stalenessNanos);
    }
    return floors;
  }

  /**
   * Judges a read.
   *
   * @param floor of the moment before the read was sent
   * @param how for people: which way it was read, and who answered
   */
  void read(int key, long version, long floor, Reader by, String server, String how) {
    count("reads from " + server);
    if (floor > 0) {
      count("bound reads from " + server);
    }
    if (version < floor || version > keys.get(key).issued()) {
      count("violations");
      if (violations.size() < VIOLATIONS_KEPT) {
        violations.add(
            "%s read key %d by %s on the %s: version %d, at least %d was promised (%s)"
                .formatted(by, key, how, server, version, floor, promise));
      }
    }
  }

  void failed(Reader by, String what) {
    count("errors");
    if (errors.size() < VIOLATIONS_KEPT) {
      errors.add(by + ": " + what);
    }
  }

  void count(String what) {
    counts.computeIfAbsent(what, w -> new AtomicLong()).incrementAndGet();
  }

  long counted(String what) {
    AtomicLong count = counts.get(what);
    return count == null ? 0 : count.get();
  }

  List<String> violations() {
    return List.copyOf(violations);
  }

  List<String> errors() {
    return List.copyOf(errors);
  }

  @Override
  public String toString() {
    return promise + " " + new java.util.TreeMap<>(counts);
  }
}
