package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.Fingerprint;
import io.nearside.agent.postgres.upstream.Server;
import io.nearside.config.PostgresStatisticsConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of the queries that were answered: latencies by route, reads by replica, writes by
 * database, and figures per fingerprint, of which the least recently used go. On the event loop.
 *
 * <p>A query costs a few nanoseconds where its text is known, and a {@link QueryShape} where its
 * literals are new; a fingerprint is made only for a shape that is not among the last ones seen. A
 * batch of several statements counts once, under the last of them.
 */
final class QueryStatistics {
  /** Texts that we can not take the literals out of. */
  static final String UNREADABLE = "(not readable)";

  // Kept for the log of slow queries when no figures are asked for.
  private static final int KEPT_FOR_LOG = 100;
  private static final int SHAPES_MIN = 256;
  private static final int SHAPES_MAX = 1 << 16;

  /** Which figures come first. */
  enum Order {
    TIME,
    CALLS,
    ERRORS,
    ROWS,
    P99
  }

  private final LatencyBuckets onPrimary = new LatencyBuckets();
  private final LatencyBuckets onReplicas = new LatencyBuckets();
  private final Map<Server, long[]> reads = new HashMap<>();
  private final Map<String, long[]> writes = new HashMap<>();
  private final Map<String, QueryFigures> byFingerprint = new HashMap<>();
  private final SlowQueryLog slow = new SlowQueryLog();
  private PostgresStatisticsConfig config;
  private int keptMax;
  private long[] shapes = new long[0];
  private @Nullable QueryFigures[] figuresOfShapes = new QueryFigures[0];
  private @Nullable QueryFigures newest;
  private @Nullable QueryFigures oldest;

  QueryStatistics(PostgresStatisticsConfig config) {
    this.config = config;
    apply(config);
  }

  void apply(PostgresStatisticsConfig now) {
    config = now;
    keptMax = now.fingerprintsMax();
    if (keptMax == 0 && now.slowMillis() > 0) {
      keptMax = KEPT_FOR_LOG;
    }
    while (byFingerprint.size() > keptMax) {
      dropOldest();
    }
    int slots = Integer.highestOneBit(Math.clamp(4L * keptMax, SHAPES_MIN, SHAPES_MAX));
    shapes = new long[keptMax == 0 ? 0 : slots];
    figuresOfShapes = new QueryFigures[shapes.length];
  }

  /** A text that can be read is at hand: what is kept of its like is found now. */
  void seen(StatementText text, byte[] bytes, int from, int to) {
    if (keptMax == 0 || text.figures() != null) {
      return;
    }
    long shape = QueryShape.of(bytes, from, to);
    int slot = (int) shape & (shapes.length - 1);
    if (shape != QueryShape.NONE && shapes[slot] == shape) {
      QueryFigures known = figuresOfShapes[slot];
      if (known != null && !known.isDropped()) {
        text.figures(known);
        return;
      }
    }
    QueryFigures figures = figuresOf(Fingerprint.of(bytes, from, to));
    text.figures(figures);
    if (shape != QueryShape.NONE) {
      shapes[slot] = shape;
      figuresOfShapes[slot] = figures;
    }
  }

  private QueryFigures figuresOf(String fingerprint) {
    QueryFigures known = byFingerprint.get(fingerprint);
    if (known == null) {
      if (byFingerprint.size() >= keptMax) {
        dropOldest();
      }
      known = new QueryFigures(fingerprint);
      byFingerprint.put(fingerprint, known);
      first(known);
    }
    return known;
  }

  /**
   * A batch was answered.
   *
   * @param text the last statement in it; null where nothing is known of it
   * @param nanos from its sending to its ReadyForQuery
   */
  void answered(
      ServerConnection by, @Nullable StatementText text, long nanos, long rows, boolean failed) {
    boolean primary = by.isPrimary();
    if (primary) {
      onPrimary.record(nanos);
      if (text == null || text.isWriting()) {
        one(writes, by.pool().key().database());
      }
    } else {
      onReplicas.record(nanos);
      one(reads, by.pool().server());
    }
    if (keptMax == 0) {
      return;
    }
    QueryFigures figures = text == null ? null : text.figures();
    if (figures == null) {
      figures = figuresOf(UNREADABLE);
    } else if (figures.isDropped()) {
      figures = figuresOf(figures.fingerprint());
    }
    if (text != null) {
      text.figures(figures);
    }
    figures.answered(nanos, rows, failed, !primary);
    used(figures);
    if (config.slowMillis() > 0 && nanos >= config.slowMillis() * 1_000_000) {
      slow.add(figures.fingerprint(), by, nanos, rows, failed);
    }
  }

  private static <K> void one(Map<K, long[]> counts, K key) {
    long[] count = counts.get(key);
    if (count == null) {
      count = new long[1];
      counts.put(key, count);
    }
    count[0]++;
  }

  // ---- order of use

  @SuppressWarnings("ReferenceEquality") // neighbours are told apart by identity
  private void used(QueryFigures figures) {
    if (figures == newest) {
      return;
    }
    unlink(figures);
    first(figures);
  }

  private void first(QueryFigures figures) {
    figures.newer = null;
    figures.older = newest;
    if (newest != null) {
      newest.newer = figures;
    }
    newest = figures;
    if (oldest == null) {
      oldest = figures;
    }
  }

  private void unlink(QueryFigures figures) {
    QueryFigures newer = figures.newer;
    QueryFigures older = figures.older;
    if (newer == null) {
      newest = older;
    } else {
      newer.older = older;
    }
    if (older == null) {
      oldest = newer;
    } else {
      older.newer = newer;
    }
  }

  private void dropOldest() {
    QueryFigures last = oldest;
    if (last != null) {
      unlink(last);
      last.drop();
      byFingerprint.remove(last.fingerprint());
    }
  }

  // ---- for people

  /** The first of what is kept, in an order; nothing where no figures are asked for. */
  List<PostgresStatistics.Query> queries(Order order, int limit) {
    if (config.fingerprintsMax() == 0) {
      return List.of();
    }
    double all = onPrimary.totalNanos() + (double) onReplicas.totalNanos();
    Comparator<PostgresStatistics.Query> descending =
        switch (order) {
          case TIME -> Comparator.comparingDouble(query -> -query.totalSeconds());
          case CALLS -> Comparator.comparingLong(query -> -query.calls());
          case ERRORS -> Comparator.comparingLong(query -> -query.errors());
          case ROWS -> Comparator.comparingLong(query -> -query.rows());
          case P99 -> Comparator.comparingDouble(query -> -query.p99Seconds());
        };
    List<PostgresStatistics.Query> queries = new ArrayList<>();
    for (QueryFigures figures : byFingerprint.values()) {
      LatencyBuckets latency = figures.latency();
      if (latency.count() > 0) {
        queries.add(query(figures, latency, all));
      }
    }
    return queries.stream().sorted(descending).limit(limit).toList();
  }

  private static PostgresStatistics.Query query(
      QueryFigures figures, LatencyBuckets latency, double all) {
    return new PostgresStatistics.Query(
        figures.fingerprint(),
        SlowQueryLog.id(figures.fingerprint()),
        latency.count(),
        figures.errors(),
        figures.rows(),
        latency.totalNanos() / 1e9,
        latency.quantileSeconds(0.5),
        latency.quantileSeconds(0.95),
        latency.quantileSeconds(0.99),
        latency.worstNanos() / 1e9,
        latency.count() - figures.onReplicas(),
        figures.onReplicas(),
        all == 0 ? 0 : latency.totalNanos() / all);
  }

  int fingerprints() {
    return byFingerprint.size();
  }

  LatencyBuckets onPrimary() {
    return onPrimary;
  }

  LatencyBuckets onReplicas() {
    return onReplicas;
  }

  long slowQueries() {
    return slow.count();
  }

  /** Queries that each server has answered as a replica. */
  Map<String, Long> reads() {
    Map<String, Long> counts = new HashMap<>();
    reads.forEach((server, count) -> counts.merge(server.toString(), count[0], Long::sum));
    return counts;
  }

  /** Queries that write or lock rows, or of which that is not known, by database. */
  Map<String, Long> writes() {
    Map<String, Long> counts = new HashMap<>();
    writes.forEach((database, count) -> counts.put(database, count[0]));
    return counts;
  }
}
