package io.nearside.cluster;

import java.time.Instant;

/**
 * A sidecar as another one knows it.
 *
 * @param id the node id from its configuration, unique in the fleet
 * @param address host and port of its cluster listener
 * @param incarnation new at each start, in hexadecimal
 * @param version of Nearside
 * @param zone from its configuration; may be empty
 * @param joinedAt when this sidecar first heard of it
 * @param lastHeardMillis how long ago the last valid message came from it; 0 for self; -1 for never
 * @param sequence the last number received in order
 * @param sequenceLag how many numbers the peer has announced beyond it
 * @param fenced whether it says of itself that it is fenced
 */
public record Member(
    String id,
    String address,
    String incarnation,
    String version,
    String zone,
    Instant joinedAt,
    long lastHeardMillis,
    long sequence,
    long sequenceLag,
    boolean fenced) {}
