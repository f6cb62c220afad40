package io.nearside.cluster;

import java.time.Instant;

/**
 * One thing that happened in the cluster as this sidecar sees it.
 *
 * @param type what happened
 * @param node id of the sidecar it happened to
 * @param detail for people: the reason, the numbers
 */
public record ClusterEvent(Type type, Instant at, String node, String detail) {
  /** The kinds, as they are called in {@code GET /cluster/events}. */
  public enum Type {
    JOIN,
    LEAVE,
    STRANGER,
    FENCE,
    UNFENCE,
    EPOCH,
    /** A value was served for longer than promised after a newer one could be read. */
    VIOLATION
  }
}
