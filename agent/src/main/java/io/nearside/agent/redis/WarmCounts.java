package io.nearside.agent.redis;

import java.util.concurrent.atomic.LongAdder;

/** What warming has done since the start. Safe from any thread. */
final class WarmCounts {
  final LongAdder runs = new LongAdder();
  final LongAdder asked = new LongAdder();
  final LongAdder skipped = new LongAdder();
  final LongAdder read = new LongAdder();
  final LongAdder stored = new LongAdder();
  final LongAdder failed = new LongAdder();
  final LongAdder malformed = new LongAdder();
  final LongAdder fileFailures = new LongAdder();
}
