package io.nearside.tests.lifecycle;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** What the apps were told: acknowledged writes, and everything that went wrong. Thread-safe. */
final class Books {
  private static final int FAILURES_SHOWN = 10;

  private final Map<String, Long> writes = new ConcurrentHashMap<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final LongAdder requests = new LongAdder();

  /** A worker's first {@code count} writes are acknowledged. */
  void wrote(String worker, long count) {
    writes.put(worker, count);
  }

  void answered() {
    requests.increment();
  }

  void failed(String worker, String what) {
    failures.add(worker + ": " + what);
  }

  /** By worker. */
  Map<String, Long> writes() {
    return Map.copyOf(writes);
  }

  long requests() {
    return requests.sum();
  }

  /** The first of them. */
  List<String> failures() {
    return failures.stream().limit(FAILURES_SHOWN).toList();
  }
}
