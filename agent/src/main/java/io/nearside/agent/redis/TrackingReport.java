package io.nearside.agent.redis;

import java.util.List;

/**
 * How writers that bypass the sidecars are seen.
 *
 * @param tracking whether this sidecar tracks
 * @param trackers the peers that do, as far as they are heard
 * @param unsupported whether the upstream refuses to be tracked: entries live for a capped time
 * @param provenMillisAgo how old the newest proof is; -1 for none
 * @param detail for people
 */
public record TrackingReport(
    boolean tracking,
    List<String> trackers,
    boolean unsupported,
    long provenMillisAgo,
    String detail) {
  public TrackingReport {
    trackers = List.copyOf(trackers);
  }
}
