package io.nearside.agent.metrics;

import java.util.List;

/**
 * Every metric that Nearside itself exports, named the Prometheus way: base units, counters end in
 * {@code _total}. Those of the JVM, the process and the admin listener are named by Micrometer and
 * Vert.x. {@code docs/operations.md} lists them; a test compares.
 */
public enum MetricNames {
  CACHE_HITS(Type.COUNTER, "nearside_cache_hits_total", "Reads that the near-cache answered."),
  CACHE_MISSES(
      Type.COUNTER, "nearside_cache_misses_total", "Cacheable reads that went upstream for it."),
  CACHE_JOINED(
      Type.COUNTER,
      "nearside_cache_joined_total",
      "Cacheable reads that another client's miss, already on its way, answered."),
  CACHE_AROUND(
      Type.COUNTER,
      "nearside_cache_around_total",
      "Cacheable reads that the near-cache had no part in: it was fenced, or the read was pinned."),
  CACHE_HIT_RATE(
      Type.GAUGE,
      "cache_hit_rate_by_tier",
      "Hits in hits, misses and joined reads of the last minute; NaN when there were none.",
      "cache_tier"),
  CACHE_FILLS(Type.COUNTER, "nearside_cache_fills_total", "Replies stored."),
  CACHE_REFUSED_FILLS(
      Type.COUNTER, "nearside_cache_refused_fills_total", "Replies not stored.", "reason"),
  CACHE_EVICTIONS(
      Type.COUNTER, "nearside_cache_evictions_total", "Entries that made room for others."),
  CACHE_INVALIDATIONS(
      Type.COUNTER, "nearside_cache_invalidations_total", "Keys dropped because they changed."),
  CACHE_ENTRIES(Type.GAUGE, "nearside_cache_entries", "Keys held."),
  CACHE_BYTES(Type.GAUGE, "nearside_cache_bytes", "Memory of all entries, estimated."),
  CACHE_LIMIT_BYTES(Type.GAUGE, "nearside_cache_limit_bytes", "What it may be at most."),
  CACHE_SHRINKS(
      Type.COUNTER,
      "nearside_cache_shrinks_total",
      "How often the near-cache was made smaller because memory was needed."),
  MEMORY_RATIO(
      Type.GAUGE,
      "nearside_memory_used_ratio",
      "Part of its limit that is in use: the heap after its last collection, buffers outside of it"
          + " (direct), the container; 0 where there is no limit.",
      "of"),
  MEMORY_REFUSES(
      Type.GAUGE,
      "nearside_memory_refuses_clients",
      "1 while new clients are refused because there is no memory for them."),
  CACHE_EPOCH_MOVES(
      Type.COUNTER,
      "nearside_cache_epoch_moves_total",
      "How often everything held became unreachable at once.",
      "reason"),
  WARM(Type.GAUGE, "nearside_warm", "1 once the first warming is over, else 0."),
  WARM_RUNS(Type.COUNTER, "nearside_warm_runs_total", "Lists of hot reads gathered to be warmed."),
  WARM_READS(
      Type.COUNTER,
      "nearside_warm_reads_total",
      "Reads of such lists: asked (on a list), skipped (held already, or not to be cached), read"
          + " (sent upstream), stored, failed.",
      "outcome"),
  WARM_COMMANDS(
      Type.COUNTER,
      "nearside_warm_upstream_commands_total",
      "Commands that warming has sent upstream: PTTL and the read itself."),
  WARM_WAITING(
      Type.GAUGE,
      "nearside_warm_waiting_reads",
      "Reads that are still to be done: now, or later, spread over the schedule.",
      "when"),
  WARM_REMEMBERED(
      Type.GAUGE, "nearside_warm_remembered_reads", "Hot reads that a newcomer would be told."),
  WARM_LAST_RUN(
      Type.GAUGE,
      "nearside_warm_last_run_seconds",
      "How long the last run took that was not slow."),
  WARM_LAST_RUN_AGE(
      Type.GAUGE,
      "nearside_warm_last_run_age_seconds",
      "Since the end of that run; NaN before the first."),
  WARM_MALFORMED(
      Type.COUNTER,
      "nearside_warm_malformed_total",
      "Notes of peers about warming that could not be read; ignored."),
  WARM_FILE_FAILURES(
      Type.COUNTER,
      "nearside_warm_file_failures_total",
      "How often a hot list, or a file of keys to warm, could not be read or written."),
  FENCED(Type.GAUGE, "nearside_fenced", "1 while the near-cache may not answer, else 0."),
  FENCED_SECONDS(
      Type.COUNTER,
      "nearside_fenced_seconds_total",
      "Time during which the near-cache might not answer, sampled ten times a second."),
  CACHE_STALE_SERVED(
      Type.COUNTER,
      "nearside_cache_stale_served_total",
      "Reads answered from memory because the upstream was away (staleOnErrorMillis)."),
  STALENESS_SAMPLES(
      Type.COUNTER,
      "nearside_staleness_samples_total",
      "Replies from memory that were compared with the upstream."),
  STALENESS_STALE_SAMPLES(
      Type.COUNTER,
      "nearside_staleness_stale_samples_total",
      "Of them, those that differed and were still held."),
  STALENESS_AGE(
      Type.HISTOGRAM,
      "nearside_staleness_age_seconds",
      "For how long those stayed after the newer value was seen."),
  STALENESS_VIOLATIONS(
      Type.COUNTER,
      "nearside_staleness_violations_total",
      "Of them, those that stayed for longer than maxStaleness: the promise was broken."),
  STALENESS_LAG(
      Type.HISTOGRAM,
      "nearside_staleness_lag_seconds",
      "From the publication of an invalidation by a peer to its application here, by the wall"
          + " clocks of both."),
  STALENESS_LAG_WORST(
      Type.GAUGE,
      "nearside_staleness_lag_worst_seconds",
      "The worst of the above in the last minute."),

  STRONG_ANCHORED(
      Type.GAUGE,
      "nearside_strong_anchored",
      "1 while no sidecar that the bus does not know can be writing strongly consistent keys."),
  STRONG_OPEN(
      Type.GAUGE,
      "nearside_strong_open",
      "1 while strongly consistent keys may be answered from memory, else 0."),
  STRONG_WRITES(
      Type.COUNTER,
      "nearside_strong_writes_total",
      "Writes of strongly consistent keys that were let through."),
  STRONG_WAIT(
      Type.SUMMARY,
      "nearside_strong_wait_seconds",
      "How long they waited for the peers to drop their keys."),
  STRONG_LEASE_WAITS(
      Type.COUNTER,
      "nearside_strong_lease_waits_total",
      "Those that waited for half a lease and longer, because a peer did not answer."),
  STRONG_REFUSED(
      Type.COUNTER,
      "nearside_strong_refused_total",
      "Writes of strongly consistent keys that were refused with TRYAGAIN."),

  BUS_JOINED(Type.GAUGE, "nearside_bus_joined", "1 while the cluster is joined, else 0."),
  CLUSTER_MEMBERS(
      Type.GAUGE, "nearside_cluster_members", "Sidecars in the cluster, this one included."),
  BUS_MESSAGES(Type.COUNTER, "nearside_bus_messages_total", "Invalidation messages.", "direction"),
  BUS_KEYS(Type.COUNTER, "nearside_bus_keys_total", "Keys in them.", "direction"),
  BUS_BYTES(
      Type.COUNTER, "nearside_bus_bytes_total", "All that travels, beats included.", "direction"),
  BUS_GAPS(
      Type.COUNTER, "nearside_bus_gaps_total", "How often messages of a peer were found missing."),
  BUS_DUPLICATES(
      Type.COUNTER,
      "nearside_bus_duplicates_total",
      "Messages received before, late, out of an earlier life of a peer."),
  BUS_BAD_SEALS(
      Type.COUNTER,
      "nearside_bus_bad_seals_total",
      "Frames not sealed under the cluster's secret, or malformed; ignored."),
  BUS_STRANGERS(
      Type.COUNTER,
      "nearside_bus_strangers_total",
      "Who came to the cluster's port and is not of the fleet: turned away, or ignored."),
  BUS_OVERFLOWS(
      Type.COUNTER,
      "nearside_bus_overflows_total",
      "Publications dropped because too many waited; the peers move their epochs instead."),

  REDIS_CLIENTS(Type.GAUGE, "nearside_redis_clients", "Clients connected."),
  REDIS_CLIENTS_ACCEPTED(
      Type.COUNTER, "nearside_redis_clients_accepted_total", "Clients that came."),
  REDIS_DISCONNECTS(
      Type.COUNTER, "nearside_redis_disconnects_total", "Connections that ended.", "reason"),
  REDIS_PINNED(
      Type.GAUGE,
      "nearside_redis_pinned_clients",
      "Clients with an upstream connection of their own.",
      "reason"),
  REDIS_UPSTREAM_CONNECTIONS(
      Type.GAUGE,
      "nearside_redis_upstream_connections",
      "Connections to the upstream: shared by clients, or of one client's own.",
      "kind"),
  REDIS_UPSTREAM_UP(
      Type.GAUGE, "nearside_redis_upstream_up", "1 while the upstream answers, else 0."),
  REDIS_TRACKING(
      Type.GAUGE,
      "nearside_redis_tracking",
      "1 where writers that bypass the sidecars are seen, else 0."),
  REDIS_COMMAND_SECONDS(
      Type.HISTOGRAM,
      "nearside_redis_command_seconds",
      "Commands that went upstream, from the client's request to the reply.",
      "family"),
  REDIS_COMMAND_RECENT_SECONDS(
      Type.GAUGE,
      "nearside_redis_command_recent_seconds",
      "Quantiles of the above over the last minute: the upper bound of the histogram's bucket.",
      "family",
      "quantile"),
  REDIS_HIT_SECONDS(
      Type.HISTOGRAM,
      "nearside_redis_hit_seconds",
      "Hits, from the read off the client's socket to the reply's write."),
  REDIS_HIT_RECENT_SECONDS(
      Type.GAUGE,
      "nearside_redis_hit_recent_seconds",
      "Quantiles of the above over the last minute.",
      "quantile"),

  PG_LAG(
      Type.GAUGE,
      "db_replication_lag_seconds",
      "Since when the primary has had something that this replica has not replayed; NaN for"
          + " unknown.",
      "replica"),
  PG_READS(
      Type.COUNTER,
      "db_read_queries_total",
      "Queries that a server has answered as a replica.",
      "replica"),
  PG_WRITES(
      Type.COUNTER,
      "db_write_queries_total",
      "Queries on the primary that write or lock rows, or that can not be read.",
      "database"),
  PG_LAG_BYTES(
      Type.GAUGE,
      "nearside_postgres_replication_lag_bytes",
      "Log that the primary has flushed and this replica has not replayed; NaN for unknown.",
      "replica"),
  PG_SERVES_READS(
      Type.GAUGE,
      "nearside_postgres_replica_serves_reads",
      "1 while a replica may get reads, else 0.",
      "replica"),
  PG_SERVER_UP(
      Type.GAUGE,
      "nearside_postgres_server_up",
      "1 while a server answers the watch, else 0.",
      "server"),
  PG_SERVER_ROLE(
      Type.GAUGE,
      "nearside_postgres_server_role",
      "1 for the role that a server has, 0 for the others.",
      "server",
      "role"),
  PG_SERVER_ANSWER_AGE(
      Type.GAUGE,
      "nearside_postgres_server_answer_age_seconds",
      "Since the last answer to the watch; NaN where there was none.",
      "server"),
  PG_SERVER_EJECTED(
      Type.GAUGE,
      "nearside_postgres_server_ejected",
      "1 while a replica is ejected for its failures, else 0.",
      "server"),
  PG_SERVER_EJECTIONS(
      Type.COUNTER,
      "nearside_postgres_server_ejections_total",
      "How often a replica was ejected.",
      "server"),
  PG_SERVER_FAILURES(
      Type.COUNTER,
      "nearside_postgres_server_failures_total",
      "Connections to a server that failed or could not be made.",
      "server"),
  PG_CLIENTS(Type.GAUGE, "nearside_postgres_clients", "Clients connected."),
  PG_CLIENTS_ACCEPTED(
      Type.COUNTER, "nearside_postgres_clients_accepted_total", "Clients that came."),
  PG_DISCONNECTS(
      Type.COUNTER,
      "nearside_postgres_disconnects_total",
      "Client connections that ended.",
      "reason"),
  PG_LOGIN_FAILURES(
      Type.COUNTER, "nearside_postgres_login_failures_total", "Logins refused.", "reason"),
  PG_CANCELS(Type.COUNTER, "nearside_postgres_cancels_total", "Cancel requests of clients."),
  PG_CONNECTIONS(
      Type.GAUGE,
      "nearside_postgres_pool_connections",
      "Server connections: active, idle, used (idle for long), tested (checked or cleaned),"
          + " being_canceled, login.",
      "database",
      "user",
      "server",
      "state"),
  PG_LIMIT(
      Type.GAUGE,
      "nearside_postgres_pool_limit_connections",
      "What a pool may have at most.",
      "database",
      "user",
      "server"),
  PG_WAITING(
      Type.GAUGE,
      "nearside_postgres_pool_waiting_clients",
      "Clients that wait for a server connection.",
      "database",
      "user",
      "server"),
  PG_WORST_WAIT(
      Type.GAUGE,
      "nearside_postgres_pool_worst_wait_seconds",
      "How long the first of them has waited.",
      "database",
      "user",
      "server"),
  PG_WAIT(
      Type.HISTOGRAM,
      "nearside_postgres_pool_wait_seconds",
      "How long clients waited for a server connection that was not free at once.",
      "database",
      "user",
      "server"),
  PG_REFUSED(
      Type.COUNTER,
      "nearside_postgres_pool_refused_total",
      "Clients that got no server connection: the queue was full, or the time over.",
      "database",
      "user",
      "server"),
  PG_TRANSACTIONS(
      Type.COUNTER,
      "nearside_postgres_transactions_total",
      "Transactions, single statements included.",
      "database",
      "user",
      "server"),
  PG_QUERIES(
      Type.COUNTER,
      "nearside_postgres_queries_total",
      "Simple queries, and batches of the extended protocol up to Sync.",
      "database",
      "user",
      "server"),
  PG_CONNECTS(
      Type.COUNTER,
      "nearside_postgres_server_connects_total",
      "Server connections opened.",
      "database",
      "user",
      "server"),
  PG_CONNECT_FAILURES(
      Type.COUNTER,
      "nearside_postgres_server_connect_failures_total",
      "Server connections that could not be opened.",
      "database",
      "user",
      "server"),
  PG_RECEIVED(
      Type.COUNTER,
      "nearside_postgres_received_bytes_total",
      "Bytes from clients to the server.",
      "database",
      "user",
      "server"),
  PG_SENT(
      Type.COUNTER,
      "nearside_postgres_sent_bytes_total",
      "Bytes from the server to clients.",
      "database",
      "user",
      "server"),
  PG_QUERY_SECONDS(
      Type.HISTOGRAM,
      "nearside_postgres_query_seconds",
      "From the sending of a query or batch to its ReadyForQuery.",
      "route"),
  PG_SLOW(
      Type.COUNTER,
      "nearside_postgres_slow_queries_total",
      "Queries that took statistics.slowMillis or more."),
  PG_DECISIONS(
      Type.COUNTER,
      "nearside_postgres_decisions_total",
      "Where batches outside of transactions went, and why; nothing where replicas get no reads.",
      "target",
      "reason"),
  PG_PINNED(
      Type.GAUGE,
      "nearside_postgres_pinned_clients",
      "Clients that keep their server connection.",
      "reason"),
  PG_PINS(Type.COUNTER, "nearside_postgres_pins_total", "How often that began.", "reason"),
  PG_PIN_SECONDS(
      Type.COUNTER,
      "nearside_postgres_pin_seconds_total",
      "How long it lasted, until now.",
      "reason"),
  PG_HEALED(
      Type.COUNTER,
      "nearside_postgres_healed_total",
      "Errors that clients did not see because the sidecar asked again.",
      "reason"),
  PG_TOKEN_CHECKS(
      Type.COUNTER,
      "nearside_postgres_token_checks_total",
      "Reads that asked a replica whether it has replayed the last write."),
  PG_TOKEN_WAITS(
      Type.COUNTER,
      "nearside_postgres_token_waits_total",
      "Reads that waited for a replica to replay it."),
  PG_TOKENS_GIVEN_UP(
      Type.COUNTER,
      "nearside_postgres_tokens_given_up_total",
      "Reads that went to the primary because that took too long."),
  PG_BUDGET_ALLOWED(
      Type.GAUGE,
      "nearside_postgres_budget_allowed_connections",
      "What the fleet's budget allows this sidecar now.",
      "server",
      "database"),
  PG_BUDGET_OPEN(
      Type.GAUGE,
      "nearside_postgres_budget_open_connections",
      "What it has of that.",
      "server",
      "database"),
  PG_BUDGET_WANTED(
      Type.GAUGE,
      "nearside_postgres_budget_wanted_connections",
      "What it has use for.",
      "server",
      "database"),

  EVENT_LOOP_LAG(
      Type.GAUGE,
      "nearside_event_loop_lag_seconds",
      "How long the last sampled task waited for its turn.",
      "loop"),
  EVENT_LOOP_LAG_WORST(
      Type.GAUGE,
      "nearside_event_loop_lag_worst_seconds",
      "The worst of the last half to whole minute.",
      "loop"),
  BUILD(Type.INFO, "nearside_build_info", "What runs here.", "version", "node", "java");

  /** The kinds of the Prometheus text format. */
  public enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM,
    SUMMARY,
    INFO
  }

  private final Type type;
  private final String published;
  private final String help;
  // Separated by commas.
  private final String labels;

  MetricNames(Type type, String published, String help, String... labels) {
    this.type = type;
    this.published = published;
    this.help = help;
    this.labels = String.join(",", labels);
  }

  public Type type() {
    return type;
  }

  /** The name as Prometheus sees it. */
  public String published() {
    return published;
  }

  /** One sentence for people. */
  public String help() {
    return help;
  }

  public List<String> labels() {
    return labels.isEmpty() ? List.of() : List.of(labels.split(",", -1));
  }

  /** The name without the suffix that the text format adds by itself. */
  String base() {
    return switch (type) {
      case COUNTER -> published.substring(0, published.length() - "_total".length());
      case INFO -> published.substring(0, published.length() - "_info".length());
      case GAUGE, HISTOGRAM, SUMMARY -> published;
    };
  }
}
