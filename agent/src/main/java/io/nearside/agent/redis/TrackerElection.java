package io.nearside.agent.redis;

import io.nearside.cluster.TrackingPeer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Who tracks the upstream for the fleet. Nobody votes: each sidecar ranks itself and those that it
 * hears by a hash of their names, so that all who hear the same come to the same result. Who tracks
 * already stays, so that a newcomer costs no hand-over. Sidecars that hear different things elect
 * too many or too few for a while; nothing rests on the number, see {@link TrackingCoverage}. Pure.
 */
final class TrackerElection {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;

  private TrackerElection() {}

  /**
   * Whether this sidecar should track.
   *
   * @param self its incarnation
   * @param tracking whether it does already
   * @param peers that track in this scope, or could
   * @param trackers how many there should be
   */
  static boolean elects(
      String scope, String self, boolean tracking, List<TrackingPeer> peers, int trackers) {
    List<TrackingPeer> active = peers.stream().filter(TrackingPeer::active).toList();
    if (tracking) {
      return before(scope, self, active) < trackers;
    }
    List<TrackingPeer> willing = peers.stream().filter(peer -> !peer.active()).toList();
    return before(scope, self, willing) < trackers - active.size();
  }

  private static long before(String scope, String self, List<TrackingPeer> peers) {
    long own = rank(scope, self);
    return peers.stream()
        .filter(peer -> Long.compareUnsigned(rank(scope, peer.incarnation()), own) < 0)
        .count();
  }

  /** Another order in each scope, so that one sidecar does not track everything. */
  private static long rank(String scope, String incarnation) {
    long hash = FNV_OFFSET;
    for (byte each : (scope + '/' + incarnation).getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (each & 0xff)) * FNV_PRIME;
    }
    // The last bytes must reach the high bits too.
    hash = (hash ^ (hash >>> 32)) * 0x9E3779B97F4A7C15L;
    return hash ^ (hash >>> 29);
  }
}
