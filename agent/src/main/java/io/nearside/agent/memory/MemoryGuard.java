package io.nearside.agent.memory;

import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks each second how full memory is. Under pressure the near-cache shrinks first; when it is
 * empty and there is still no room, or none for buffers, which the near-cache has no part of, new
 * clients are refused, and those that are there are served. When it is over, both come back. Looks
 * on a Vert.x context; its figures are safe from any thread.
 */
public final class MemoryGuard implements MemoryFigures {
  private static final Logger log = LoggerFactory.getLogger(MemoryGuard.class);
  private static final long LOOK_MILLIS = 1_000;
  private static final long SETTLED_MILLIS = 5_000;
  private static final long COLLECT_NANOS = 15_000_000_000L;
  private static final double CRITICAL = 0.95;

  /** The near-cache, as far as this needs it; from any thread. */
  public interface Cache {
    /** Bytes held. */
    long bytes();

    /** Bytes that the configuration allows. */
    long configuredBytes();

    /** Holds no more than this from now on. */
    void limit(long bytes);
  }

  private final Vertx vertx;
  private final Cache cache;
  private final Supplier<MemorySample> sampler;
  private final Runnable collect;
  private final LongSupplier nanoTime;
  private final AtomicLong shrinks = new AtomicLong();
  private volatile MemorySample sample;
  private volatile boolean refusesClients;
  private long current;
  private long configured;
  private long collectedNanos;
  private long timer = -1;

  /** For the process that this is. */
  public MemoryGuard(Vertx vertx, Cache cache) {
    this(
        vertx,
        cache,
        new MemorySampler(ContainerMemory.find(), cache::bytes),
        System::gc,
        System::nanoTime);
  }

  MemoryGuard(
      Vertx vertx,
      Cache cache,
      Supplier<MemorySample> sampler,
      Runnable collect,
      LongSupplier nanoTime) {
    this.vertx = vertx;
    this.cache = cache;
    this.sampler = sampler;
    this.collect = collect;
    this.nanoTime = nanoTime;
    this.sample = sampler.get();
    this.configured = cache.configuredBytes();
    this.current = configured;
    this.collectedNanos = nanoTime.getAsLong() - COLLECT_NANOS;
    look();
  }

  /** Begins to look. */
  public void start() {
    timer = vertx.setPeriodic(LOOK_MILLIS, due -> look());
    if (sample.containerMax() > 0) {
      // What the start needed and nothing does any more goes back to the system.
      vertx.setTimer(SETTLED_MILLIS, due -> collect.run());
    }
  }

  public void close() {
    vertx.cancelTimer(timer);
  }

  void look() {
    MemorySample now = sampler.get();
    sample = now;
    long wanted = cache.configuredBytes();
    if (wanted != configured) {
      configured = wanted;
      current = Math.min(current, wanted);
    }
    long next = CacheAllowance.bytes(now, wanted, current);
    if (next < current) {
      shrinks.incrementAndGet();
      log.warn("near-cache shrinks bytesMax={} before={} {}", next, current, now);
    } else if (next > current && next == wanted) {
      log.info("near-cache has its configured size again bytesMax={}", next);
    }
    if (next != current) {
      current = next;
      cache.limit(next);
    }
    giveBack(now);
    boolean full =
        now.directRatio() > CRITICAL
            || (next == 0 && Math.max(now.heapRatio(), now.containerRatio()) > CRITICAL);
    if (full != refusesClients) {
      refusesClients = full;
      log.warn(
          full ? "no memory: new clients are refused {}" : "clients are accepted again {}", now);
    }
  }

  /**
   * A smaller near-cache is a smaller process only after the heap was collected. And where a full
   * heap has taken all of the near-cache, only a collection tells whether it still is: with nobody
   * let in, none might come by itself.
   */
  private void giveBack(MemorySample now) {
    long nanos = nanoTime.getAsLong();
    boolean due =
        now.containerRatio() > CacheAllowance.CONTAINER_HIGH
            || (current == 0 && now.heapRatio() > CacheAllowance.HEAP_LIVE_MAX);
    if (due && nanos - collectedNanos >= COLLECT_NANOS) {
      collectedNanos = nanos;
      collect.run();
    }
  }

  @Override
  public MemorySample sample() {
    return sample;
  }

  @Override
  public long shrinks() {
    return shrinks.get();
  }

  @Override
  public boolean refusesClients() {
    return refusesClients;
  }
}
