package io.nearside.agent.metrics;

import static io.nearside.agent.metrics.MetricNames.*;

import io.nearside.agent.cache.CacheStatistics;
import io.nearside.agent.cache.warm.WarmProgress;
import io.nearside.agent.health.LoopState;
import io.nearside.agent.memory.MemoryFigures;
import io.nearside.agent.memory.MemorySample;
import io.nearside.cluster.BusStatistics;
import io.nearside.cluster.InvalidationBus;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Turns Nearside's numbers into metrics when they are asked for. Numbers of the faces are those of
 * the last {@link #gathered}; when they could not be had, they are left out rather than shown old.
 */
final class AgentCollector implements MultiCollector {
  private static final double[] QUANTILES = {0.5, 0.95, 0.99};
  private static final String NEAR = "near";

  private final InvalidationBus bus;
  private final Supplier<List<LoopState>> loops;
  private final MemoryFigures memory;
  private final FencedTime fenced;
  private final RecentMinute recent;
  private final List<String> build;
  private @Nullable RedisSnapshot redis;
  private @Nullable PostgresSnapshot postgres;
  private boolean fenceOpen;

  /**
   * @param build values of {@link MetricNames#BUILD}'s labels
   */
  AgentCollector(
      InvalidationBus bus,
      Supplier<List<LoopState>> loops,
      MemoryFigures memory,
      FencedTime fenced,
      RecentMinute recent,
      List<String> build) {
    this.bus = bus;
    this.loops = loops;
    this.memory = memory;
    this.fenced = fenced;
    this.recent = recent;
    this.build = List.copyOf(build);
  }

  /** What the next {@link #collect} shows; null when there is nothing. */
  void gathered(@Nullable RedisSnapshot now, @Nullable PostgresSnapshot postgresNow, boolean open) {
    redis = now;
    postgres = postgresNow;
    fenceOpen = open;
  }

  @Override
  public List<String> getPrometheusNames() {
    return Arrays.stream(MetricNames.values()).map(MetricNames::base).toList();
  }

  @Override
  public MetricSnapshots collect() {
    var families = new MetricFamilies();
    families.info(BUILD, build.toArray(String[]::new));
    families.gauge(FENCED, flag(!fenceOpen)).counter(FENCED_SECONDS, fenced.seconds());
    bus(families, bus.statistics());
    for (LoopState loop : loops.get()) {
      families
          .gauge(EVENT_LOOP_LAG, loop.lagNanos() / 1e9, loop.name())
          .gauge(EVENT_LOOP_LAG_WORST, loop.lagNanosMax() / 1e9, loop.name());
    }
    MemorySample sample = memory.sample();
    families
        .gauge(MEMORY_RATIO, sample.heapRatio(), "heap")
        .gauge(MEMORY_RATIO, sample.directRatio(), "direct")
        .gauge(MEMORY_RATIO, sample.containerRatio(), "container")
        .gauge(MEMORY_REFUSES, flag(memory.refusesClients()))
        .counter(CACHE_SHRINKS, memory.shrinks());
    RedisSnapshot now = redis;
    if (now != null) {
      cache(families, now);
      staleness(families, now.staleness());
      connections(families, now);
      latencies(families, now);
      StrongFamilies.add(families, now.strong());
    }
    PostgresSnapshot postgresNow = postgres;
    if (postgresNow != null) {
      PostgresFamilies.add(families, postgresNow);
    }
    return families.snapshots();
  }

  private void bus(MetricFamilies families, BusStatistics statistics) {
    families
        .gauge(BUS_JOINED, flag(bus.joined()))
        .gauge(CLUSTER_MEMBERS, 1.0 + bus.membership().peers().size())
        .counter(BUS_MESSAGES, statistics.messagesSent(), "sent")
        .counter(BUS_MESSAGES, statistics.messagesReceived(), "received")
        .counter(BUS_KEYS, statistics.keysSent(), "sent")
        .counter(BUS_KEYS, statistics.keysReceived(), "received")
        .counter(BUS_BYTES, statistics.bytesSent(), "sent")
        .counter(BUS_BYTES, statistics.bytesReceived(), "received")
        .counter(BUS_GAPS, statistics.gaps())
        .counter(BUS_DUPLICATES, statistics.duplicates())
        .counter(BUS_BAD_SEALS, statistics.badSeals())
        .counter(BUS_STRANGERS, statistics.strangers())
        .counter(BUS_OVERFLOWS, statistics.overflows())
        .gauge(STALENESS_LAG_WORST, statistics.lagNanosMax() / 1e9);
  }

  private void cache(MetricFamilies families, RedisSnapshot now) {
    CacheStatistics cache = now.cache();
    families
        .counter(CACHE_HITS, now.hits())
        .counter(CACHE_MISSES, now.misses())
        .counter(CACHE_JOINED, now.joined())
        .counter(CACHE_AROUND, now.around())
        .gauge(CACHE_HIT_RATE, recent.hitRate(now), NEAR)
        .counter(CACHE_FILLS, cache.fills())
        .counter(CACHE_EVICTIONS, cache.evictions())
        .counter(CACHE_INVALIDATIONS, cache.invalidations())
        .gauge(CACHE_ENTRIES, cache.entries())
        .gauge(CACHE_BYTES, cache.bytes())
        .gauge(CACHE_LIMIT_BYTES, cache.bytesMax());
    cache
        .refusedFills()
        .forEach((reason, n) -> families.counter(CACHE_REFUSED_FILLS, n, reason.label()));
    now.epochMoves().forEach((reason, n) -> families.counter(CACHE_EPOCH_MOVES, n, reason));
    warming(families, now.warming());
  }

  private static void warming(MetricFamilies families, WarmProgress warming) {
    long agoMillis = warming.lastRunMillisAgo();
    families
        .gauge(WARM, flag(warming.phase() == WarmProgress.Phase.WARM))
        .counter(WARM_RUNS, warming.runs())
        .counter(WARM_READS, warming.asked(), "asked")
        .counter(WARM_READS, warming.skipped(), "skipped")
        .counter(WARM_READS, warming.read(), "read")
        .counter(WARM_READS, warming.stored(), "stored")
        .counter(WARM_READS, warming.failed(), "failed")
        .counter(WARM_COMMANDS, 2 * warming.read())
        .gauge(WARM_WAITING, warming.waiting(), "now")
        .gauge(WARM_WAITING, warming.later(), "later")
        .gauge(WARM_REMEMBERED, warming.remembered())
        .gauge(WARM_LAST_RUN, warming.lastRunMillis() / 1e3)
        .gauge(WARM_LAST_RUN_AGE, agoMillis < 0 ? Double.NaN : agoMillis / 1e3)
        .counter(WARM_MALFORMED, warming.malformed())
        .counter(WARM_FILE_FAILURES, warming.fileFailures());
  }

  private static void staleness(MetricFamilies families, StalenessSnapshot now) {
    families
        .histogram(STALENESS_LAG, now.lag())
        .counter(STALENESS_SAMPLES, now.samples())
        .counter(STALENESS_STALE_SAMPLES, now.stale())
        .histogram(STALENESS_AGE, now.ages())
        .counter(STALENESS_VIOLATIONS, now.violations())
        .counter(CACHE_STALE_SERVED, now.served());
  }

  private static void connections(MetricFamilies families, RedisSnapshot now) {
    families
        .gauge(REDIS_CLIENTS, now.clients())
        .counter(REDIS_CLIENTS_ACCEPTED, now.clientsTotal())
        .gauge(REDIS_UPSTREAM_CONNECTIONS, now.sharedConnections(), "shared")
        .gauge(REDIS_UPSTREAM_CONNECTIONS, now.ownConnections(), "own")
        .gauge(REDIS_UPSTREAM_UP, flag(now.upstreamUp()))
        .gauge(REDIS_TRACKING, flag(now.tracking()));
    now.disconnects().forEach((reason, n) -> families.counter(REDIS_DISCONNECTS, n, reason));
    now.pinned().forEach((reason, n) -> families.gauge(REDIS_PINNED, n, reason));
  }

  private void latencies(MetricFamilies families, RedisSnapshot now) {
    families.histogram(REDIS_HIT_SECONDS, now.hitLatency());
    LatencyHistogram hits = recent.hits(now);
    for (double q : QUANTILES) {
      families.gauge(REDIS_HIT_RECENT_SECONDS, hits.quantile(q), Double.toString(q));
    }
    now.latencies()
        .forEach(
            (family, latency) -> {
              families.histogram(REDIS_COMMAND_SECONDS, latency, family);
              LatencyHistogram lately = recent.commands(now, family, latency);
              for (double q : QUANTILES) {
                families.gauge(
                    REDIS_COMMAND_RECENT_SECONDS, lately.quantile(q), family, Double.toString(q));
              }
            });
  }

  private static double flag(boolean on) {
    return on ? 1 : 0;
  }
}
