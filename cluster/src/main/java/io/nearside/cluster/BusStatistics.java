package io.nearside.cluster;

/**
 * Monotonic counters of a bus since its start. Messages are invalidation messages (keys and
 * epochs); bytes are all that travels, sealed, beats included; what was received counts from peers
 * only.
 *
 * @param gaps how often messages of a peer were found missing
 * @param duplicates messages that had been received before, or came late or out of an earlier life
 * @param badSeals frames that were not sealed under our secret, or were malformed
 * @param strangers who came to the transport and is not one of us: was turned away at its door, or
 *     was listed for 10 s and never said anything under our secret
 * @param overflows publications that were dropped because too many waited
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
    long strangers,
    long overflows,
    long lagNanosTotal,
    long lagNanosMax) {}
