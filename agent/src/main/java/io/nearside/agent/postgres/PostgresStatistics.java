package io.nearside.agent.postgres;

import java.util.List;
import java.util.Map;

/**
 * The PostgreSQL face at one moment; counters are since the start. Immutable but for arrays, which
 * are copies.
 *
 * @param splits whether replicas get reads
 */
public record PostgresStatistics(
    List<PoolState> pools,
    List<ServerState> servers,
    List<BudgetShare> budgets,
    Totals totals,
    boolean splits) {

  public PostgresStatistics {
    budgets = List.copyOf(budgets);
    pools = List.copyOf(pools);
    servers = List.copyOf(servers);
  }

  /**
   * Durations in buckets.
   *
   * @param boundsSeconds upper bounds, ascending; the last is infinite
   * @param counts per bucket, not cumulative
   */
  @SuppressWarnings("ArrayRecordComponent") // made for one reader
  public record Histogram(double[] boundsSeconds, long[] counts, double totalSeconds) {}

  /**
   * A pool: the connections of one user to one database of one server.
   *
   * @param role of the server: primary, replica or unknown
   * @param clients those of this database and user that do not wait: linked here, or, at the
   *     primary, linked nowhere
   * @param waiting clients that wait for a connection of this pool
   * @param active connections that are linked to a client
   * @param used idle for so long that they are checked before they are lent again
   * @param tested being checked or cleaned
   * @param beingCancelled free but for a cancel request that is under way
   * @param retired connections that close when they are free
   * @param allowed by the fleet's budget, for all pools of the database on this server; -1 without
   *     one
   * @param maxWaitMicros how long the first in the queue has waited
   */
  public record PoolState(
      String database,
      String user,
      String server,
      String role,
      String mode,
      int clients,
      int waiting,
      int active,
      int idle,
      int used,
      int tested,
      int beingCancelled,
      int connecting,
      int retired,
      int pinned,
      int min,
      int max,
      int allowed,
      boolean paused,
      boolean disabled,
      long maxWaitMicros,
      String lastError,
      Traffic traffic) {

    /** All connections, those being opened included. */
    public int connections() {
      return active + idle + used + tested + beingCancelled + connecting;
    }
  }

  /**
   * What went through a pool.
   *
   * @param assigned how often a connection was lent
   * @param waits how long clients waited for a connection that was not free at once
   * @param refused clients that got none
   * @param received bytes from clients, to the server
   * @param sent bytes from the server, to clients
   */
  public record Traffic(
      long transactions,
      long queries,
      double transactionSeconds,
      double querySeconds,
      long assigned,
      Histogram waits,
      long opened,
      long closed,
      long connectFailures,
      long refused,
      long received,
      long sent) {}

  /**
   * A server.
   *
   * @param whyNoReads why it gets no reads as a replica; empty where it may
   * @param lagMillis -1 for unknown; as all that follows up to {@code answerAgeMillis}
   * @param replayed position in PostgreSQL's notation; empty for unknown
   * @param answerAgeMillis since the last answer to the watch
   * @param ejectedMillis for how long it is still ejected
   * @param version as the server numbers it (180006); 0 for unknown
   * @param reads queries that it has answered as a replica
   */
  public record ServerState(
      String address,
      String role,
      boolean reachable,
      String whyNoReads,
      long lagMillis,
      long lagBytes,
      int timeline,
      String replayed,
      long answerAgeMillis,
      long ejectedMillis,
      long ejections,
      long failures,
      long losses,
      int connections,
      int inUse,
      int weight,
      int version,
      String lastError,
      long reads) {}

  /**
   * This sidecar's part in the fleet's budget for a server and database.
   *
   * @param allowed connections that may be open now
   * @param open connections that are
   * @param due what it may hold by what it and the others want, beyond its guaranteed share
   * @param slots there are beyond all guaranteed shares
   * @param held of them by this sidecar
   * @param ledger whether the server can be asked for more
   * @param joined whether the cluster is
   */
  public record BudgetShare(
      String server,
      String database,
      int allowed,
      int open,
      int wanted,
      int due,
      int slots,
      int held,
      boolean ledger,
      boolean joined,
      String detail) {}

  /**
   * Of the whole face. Maps are by label.
   *
   * @param loggingIn clients that have not logged in yet
   * @param pinned clients that keep their connection, now, by reason
   * @param pins how often that began
   * @param pinSeconds how long it lasted, of pins that are over and those of now
   * @param decisions what was decided of batches outside of transactions, as {@code target/label}
   * @param latencies from sending to ReadyForQuery, by route
   * @param writes queries on the primary that write or lock rows, by database
   */
  public record Totals(
      int clients,
      int loggingIn,
      long clientsTotal,
      Map<String, Long> disconnects,
      Map<String, Long> loginFailures,
      Map<String, Integer> pinned,
      Map<String, Long> pins,
      Map<String, Double> pinSeconds,
      Map<String, Long> decisions,
      Map<String, Long> healed,
      long tokenChecks,
      long tokenWaits,
      long tokensGivenUp,
      long cancels,
      Map<String, Histogram> latencies,
      Map<String, Long> writes,
      long slowQueries,
      int fingerprints,
      int texts) {

    public Totals {
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
  }

  /**
   * The queries of one fingerprint.
   *
   * @param fingerprint the text without its literals
   * @param id the fingerprint in 16 digits, as in the log of slow queries
   * @param share of the time of all queries, 0 to 1
   */
  public record Query(
      String fingerprint,
      String id,
      long calls,
      long errors,
      long rows,
      double totalSeconds,
      double p50Seconds,
      double p95Seconds,
      double p99Seconds,
      double maxSeconds,
      long onPrimary,
      long onReplicas,
      double share) {}

  /**
   * Why one client keeps its connection.
   *
   * @param client its process id, as its cancel key says
   * @param server empty while it has none
   * @param serverPid 0 while it has none
   */
  public record Pin(
      int client,
      String database,
      String user,
      String applicationName,
      String address,
      String reason,
      double heldSeconds,
      String server,
      int serverPid) {}

  /**
   * Where a text would go, sent by itself now.
   *
   * @param route primary or replica
   * @param label one word for the reason
   * @param server the one that would serve it; empty where there is none
   */
  public record Route(String route, String reason, String label, String server) {}
}
