package io.nearside.cluster;

import java.util.concurrent.atomic.LongAdder;

/** What a bus counts. Safe from any thread. */
final class BusCounters {
  final LongAdder messagesSent = new LongAdder();
  final LongAdder messagesReceived = new LongAdder();
  final LongAdder keysSent = new LongAdder();
  final LongAdder keysReceived = new LongAdder();
  final LongAdder bytesSent = new LongAdder();
  final LongAdder bytesReceived = new LongAdder();
  final LongAdder gaps = new LongAdder();
  final LongAdder duplicates = new LongAdder();
  final LongAdder badSeals = new LongAdder();
  final LongAdder strangers = new LongAdder();
  final LongAdder overflows = new LongAdder();
  final LongAdder lagNanosTotal = new LongAdder();
  final WorstOfLastMinute lagNanosMax;

  BusCounters(long nowNanos) {
    lagNanosMax = new WorstOfLastMinute(nowNanos);
  }

  BusStatistics snapshot(long nowNanos) {
    return new BusStatistics(
        messagesSent.sum(),
        messagesReceived.sum(),
        keysSent.sum(),
        keysReceived.sum(),
        bytesSent.sum(),
        bytesReceived.sum(),
        gaps.sum(),
        duplicates.sum(),
        badSeals.sum(),
        strangers.sum(),
        overflows.sum(),
        lagNanosTotal.sum(),
        lagNanosMax.read(nowNanos));
  }
}
