package io.nearside.agent.postgres.upstream;

import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which of the usable replicas serves the next read. Allocates nothing: it runs for every read. A
 * replica that has just come back takes part in as many choices as its slow start allows.
 */
final class ReplicaChooser {
  private long choices;

  /**
   * Chooses.
   *
   * @param usable replicas that may serve now
   * @param connectionsInUse the data plane's to a server
   * @return null only for no replica
   */
  @Nullable Server choose(
      List<Server> usable,
      UpstreamSettings settings,
      ToIntFunction<Server> connectionsInUse,
      long nowNanos) {
    choices++;
    Server best = null;
    Server leastShare = null;
    long totalWeight = 0;
    for (int i = 0; i < usable.size(); i++) {
      Server server = usable.get(i);
      if (!server.ejection.takesPart(settings, nowNanos)) {
        leastShare = leastShare == null ? server : leastShare;
        continue;
      }
      int weight = settings.weight(server.address());
      if (settings.choice() == ReplicaChoiceKind.WEIGHTED) {
        // Smooth weighted round robin, as nginx does it.
        totalWeight += weight;
        server.weightCredit(server.weightCredit() + weight);
      }
      if (best == null || isBetter(server, best, settings, connectionsInUse)) {
        best = server;
      }
    }
    if (best == null) {
      best = leastShare;
    }
    if (best != null) {
      best.turn(choices);
      best.weightCredit(best.weightCredit() - totalWeight);
    }
    return best;
  }

  private static boolean isBetter(
      Server a, Server b, UpstreamSettings settings, ToIntFunction<Server> connectionsInUse) {
    int order =
        switch (settings.choice()) {
          case ROUND_ROBIN -> 0;
          case WEIGHTED -> Long.compare(b.weightCredit(), a.weightCredit());
          case LEAST_CONNECTIONS -> byLoad(a, b, settings, connectionsInUse);
          case LEAST_LAG -> {
            long step = Math.max(1, settings.watchMillis());
            int lag = Long.compare(a.lagMillis() / step, b.lagMillis() / step);
            yield lag == 0 ? byLoad(a, b, settings, connectionsInUse) : lag;
          }
        };
    return order == 0 ? a.turn() < b.turn() : order < 0;
  }

  private static int byLoad(
      Server a, Server b, UpstreamSettings settings, ToIntFunction<Server> connectionsInUse) {
    long left = (connectionsInUse.applyAsInt(a) + 1L) * settings.weight(b.address());
    long right = (connectionsInUse.applyAsInt(b) + 1L) * settings.weight(a.address());
    return Long.compare(left, right);
  }
}
