package io.nearside.agent.redis;

import io.nearside.cluster.ClusterEvent;
import io.vertx.core.Vertx;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is seen of the near-cache's promises, for people: staleness, lag, the fence's history, and
 * who hears of what happens. Safe from any thread.
 */
public final class Observations {
  private static final Logger log = LoggerFactory.getLogger(Observations.class);
  private static final long FENCE_SAMPLE_MILLIS = 100;
  private static final int KEY_DIGEST_BYTES = 8;

  private final StalenessFigures staleness = new StalenessFigures();
  private final SharedLatencies lag = new SharedLatencies();
  private final FenceHistory fence = new FenceHistory();
  private final LongAdder staleServed = new LongAdder();
  private final List<Consumer<ClusterEvent>> listeners = new CopyOnWriteArrayList<>();

  /** Begins to sample the fence. */
  void watch(Vertx vertx, Fence watched) {
    vertx.setPeriodic(
        FENCE_SAMPLE_MILLIS,
        timer -> {
          boolean open = watched.open();
          fence.sample(open, open ? "" : watched.detail());
        });
  }

  StalenessFigures staleness() {
    return staleness;
  }

  /** What the samplers have found. */
  public StalenessFigures.Totals stalenessTotals() {
    return staleness.get();
  }

  void lag(long nanos) {
    lag.record(nanos);
  }

  /** From the publication of an invalidation to its application here. */
  public RedisStatistics.Latency lags() {
    return lag.get();
  }

  public FenceHistory.State fence() {
    return fence.get();
  }

  /** A read was answered from memory because the upstream was away. */
  void servedStale() {
    staleServed.increment();
  }

  public long staleServed() {
    return staleServed.sum();
  }

  void listen(Consumer<ClusterEvent> listener) {
    listeners.add(listener);
  }

  void event(ClusterEvent event) {
    listeners.forEach(listener -> listener.accept(event));
  }

  /** The promise was broken: counted, logged with the evidence, and told. */
  void violated(StalenessFigures.Violation violation, String nodeId, long maxStalenessMillis) {
    staleness.violated(violation);
    String evidence =
        "key=%s database=%d command=%s ageMillis=%d maxStalenessMillis=%d heldMillis=%d epoch=%d lastInvalidatedBy=%s"
            .formatted(
                digest(violation.key().canonical()),
                violation.key().database(),
                violation.command(),
                violation.ageMillis(),
                maxStalenessMillis,
                violation.heldMillis(),
                violation.epoch(),
                violation.lastInvalidatedBy().isEmpty() ? "-" : violation.lastInvalidatedBy());
    log.warn("served older than promised, dropped {}", evidence);
    event(new ClusterEvent(ClusterEvent.Type.VIOLATION, violation.at(), nodeId, evidence));
  }

  /** Names a key in a log, where keys are not written. */
  private static String digest(byte[] key) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(key);
      return "sha256:" + HexFormat.of().formatHex(digest, 0, KEY_DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
