package io.nearside.cluster;

/**
 * A peer that tracks the writes which go around the sidecars, or could.
 *
 * @param node its id
 * @param incarnation see {@link Member#incarnation}
 * @param active whether it tracks now; else it only could
 * @param heardMillisAgo when it was heard last
 */
public record TrackingPeer(String node, String incarnation, boolean active, long heardMillisAgo) {}
