package io.nearside.agent.postgres.upstream;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who is the primary, from what all servers said of themselves.
 *
 * <p>A server is believed to be primary only if it is out of recovery, of our cluster, and on the
 * highest timeline that any configured server was ever seen on: promotion begins a new timeline, so
 * a lower one is a primary that was left behind (manual, "Timelines"). A server that was promoted
 * by mistake therefore keeps the others from being used until it is rebuilt or taken out of the
 * configuration: what was written on either side can not be brought together by us.
 *
 * @param primary null for none
 * @param systemIdentifier the cluster's, from now on; 0 while not known
 * @param conflict two servers are primary of the same timeline: which of them a replica follows is
 *     not known, so none is used
 * @param refused servers that must not be used at all, and why
 */
record Roles(
    @Nullable Server primary,
    long systemIdentifier,
    boolean conflict,
    Map<Server, String> refused) {

  /**
   * Decides anew.
   *
   * @param current the primary until now
   * @param systemIdentifier of the cluster that the first primary belonged to; 0: none yet
   */
  static Roles of(List<Server> servers, @Nullable Server current, long systemIdentifier) {
    Map<Server, String> refused = new HashMap<>();
    long ours = systemIdentifier == 0 ? firstPrimarysCluster(servers) : systemIdentifier;
    int timelineMax = -1;
    for (Server server : servers) {
      if (isForeign(server, ours)) {
        refused.put(
            server,
            "belongs to another cluster (system_identifier "
                + server.systemIdentifier()
                + ", expected "
                + ours
                + ")");
      } else {
        timelineMax = Math.max(timelineMax, server.timeline());
      }
    }
    Server best = null;
    boolean conflict = false;
    for (Server server : servers) {
      if (!server.claimsPrimary() || refused.containsKey(server)) {
        continue;
      }
      if (server.timeline() < timelineMax) {
        refused.put(
            server,
            "primary of timeline "
                + server.timeline()
                + ", which timeline "
                + timelineMax
                + " has left behind");
      } else if (best == null) {
        best = server;
      } else if (isSame(best, server)) {
        refused.put(server, "is the same server as " + best.address());
      } else {
        conflict = true;
        if (same(server, current)) {
          refused.put(best, second(server));
          best = server;
        } else {
          refused.put(server, second(best));
        }
      }
    }
    return new Roles(best, best == null ? systemIdentifier : ours, conflict, refused);
  }

  private static String second(Server first) {
    return "primary of timeline " + first.timeline() + " like " + first.address();
  }

  private static long firstPrimarysCluster(List<Server> servers) {
    for (Server server : servers) {
      if (server.claimsPrimary() && server.systemIdentifier() != 0) {
        return server.systemIdentifier();
      }
    }
    return 0;
  }

  private static boolean isForeign(Server server, long ours) {
    return ours != 0 && server.systemIdentifier() != 0 && server.systemIdentifier() != ours;
  }

  /** Whether two addresses lead to one server process. */
  private static boolean isSame(Server a, Server b) {
    ServerIdentity left = a.identity();
    ServerIdentity right = b.identity();
    return left != null
        && right != null
        && left.systemIdentifier() == right.systemIdentifier()
        && left.startedAt().equals(right.startedAt());
  }

  @SuppressWarnings("ReferenceEquality") // a server is itself
  private static boolean same(Server a, @Nullable Server b) {
    return a == b;
  }
}
