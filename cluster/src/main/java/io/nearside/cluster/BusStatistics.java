package io.nearside.cluster;

/**
 * Monotonic counters of a bus since its start.
 *
 * @param lagNanosTotal sum over received invalidation messages of publish-to-apply time by the wall
 *     clocks of both ends (never below zero for one message); divide by {@code messagesReceived}
 * @param lagNanosMax worst of the last minute
 */
public record BusStatistics(
    long messagesSent,
    long messagesReceived,
    long keysSent,
    long keysReceived,
    long bytesSent,
    long bytesReceived,
    long gaps,
    long duplicates,
    long badSeals,
    long overflows,
    long lagNanosTotal,
    long lagNanosMax) {}
