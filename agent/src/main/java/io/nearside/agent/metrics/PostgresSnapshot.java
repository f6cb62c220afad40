package io.nearside.agent.metrics;

import java.util.List;
import java.util.Map;

/**
 * The PostgreSQL face's numbers of one moment; counters are monotonic since the start. Maps are by
 * label.
 *
 * @param decisions by target, then by reason
 */
public record PostgresSnapshot(
    List<Pool> pools,
    List<Server> servers,
    List<Budget> budgets,
    int clients,
    long clientsTotal,
    Map<String, Long> disconnects,
    Map<String, Long> loginFailures,
    Map<String, Integer> pinned,
    Map<String, Long> pins,
    Map<String, Double> pinSeconds,
    Map<String, Map<String, Long>> decisions,
    Map<String, Long> healed,
    long tokenChecks,
    long tokenWaits,
    long tokensGivenUp,
    long cancels,
    Map<String, LatencyHistogram> latencies,
    Map<String, Long> writes,
    long slowQueries) {

  public PostgresSnapshot {
    pools = List.copyOf(pools);
    servers = List.copyOf(servers);
    budgets = List.copyOf(budgets);
    disconnects = Map.copyOf(disconnects);
    loginFailures = Map.copyOf(loginFailures);
    pinned = Map.copyOf(pinned);
    pins = Map.copyOf(pins);
    pinSeconds = Map.copyOf(pinSeconds);
    decisions = Map.copyOf(decisions);
    healed = Map.copyOf(healed);
    latencies = Map.copyOf(latencies);
    writes = Map.copyOf(writes);
  }

  /**
   * A pool.
   *
   * @param connections by state
   * @param received bytes from clients
   * @param sent bytes to clients
   */
  public record Pool(
      String database,
      String user,
      String server,
      Map<String, Integer> connections,
      int waiting,
      double maxWaitSeconds,
      int max,
      LatencyHistogram waits,
      long transactions,
      long queries,
      long opened,
      long connectFailures,
      long refused,
      long received,
      long sent) {
    public Pool {
      connections = Map.copyOf(connections);
    }
  }

  /**
   * A server.
   *
   * @param lagSeconds of a replica; NaN for unknown
   * @param answerAgeSeconds NaN where it never answered
   */
  public record Server(
      String address,
      String role,
      boolean up,
      boolean servesReads,
      double lagSeconds,
      double lagBytes,
      double answerAgeSeconds,
      boolean ejected,
      long ejections,
      long failures,
      long reads) {

    boolean isReplica() {
      return role.equals("replica");
    }
  }

  /** This sidecar's part in the fleet's budget. */
  public record Budget(String server, String database, int allowed, int open, int wanted) {}
}
