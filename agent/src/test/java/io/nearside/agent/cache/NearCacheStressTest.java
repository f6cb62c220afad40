package io.nearside.agent.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers on threads of their own, who must never see less than what was written before. */
final class NearCacheStressTest {
  private static final long RUN_NANOS = 300_000_000;
  private static final byte[] NAME = "k".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GET = "GET k".getBytes(StandardCharsets.US_ASCII);

  private final NearCache cache = new NearCache(1 << 20, 100, 4, System::nanoTime);
  private final AtomicLong upstream = new AtomicLong();
  private final AtomicLong completed = new AtomicLong();
  private final AtomicLong hits = new AtomicLong();

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 63, 64})
  void writesThroughTheSidecar_readersNeverSeeOlder(int database) throws Exception {
    run(
        database,
        version -> {
          cache.beginWrite(key(database), "local");
          upstream.set(version);
          cache.endWrite(key(database));
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 63, 64})
  void trackedWrites_readersNeverSeeOlder(int database) throws Exception {
    run(
        database,
        version -> {
          upstream.set(version);
          cache.invalidate(key(NearCache.EVERY_DATABASE), "tracking");
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 64})
  void epochMoves_readersNeverSeeOlder(int database) throws Exception {
    run(
        database,
        version -> {
          upstream.set(version);
          cache.moveEpoch();
        });
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 64})
  void matchingInvalidations_readersNeverSeeOlder(int database) throws Exception {
    run(
        database,
        version -> {
          upstream.set(version);
          cache.invalidateMatching(bytes -> true, "admin");
        });
  }

  private void run(int database, Consumer<Long> write)
      throws InterruptedException, ExecutionException, TimeoutException {
    long end = System.nanoTime() + RUN_NANOS;
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      Future<?> writer =
          threads.submit(
              () -> {
                for (long version = 1; System.nanoTime() - end < 0; version++) {
                  write.accept(version);
                  completed.set(version);
                  for (int i = 0; i < 20; i++) {
                    Thread.onSpinWait();
                  }
                }
              });
      Future<Long> one = threads.submit(() -> readUntil(end, database));
      Future<Long> other = threads.submit(() -> readUntil(end, database));
      writer.get(30, TimeUnit.SECONDS);
      assertEquals(0, one.get(30, TimeUnit.SECONDS), "stale reads");
      assertEquals(0, other.get(30, TimeUnit.SECONDS), "stale reads");
    }
    assertTrue(hits.get() > 0, "no read was a hit: nothing was tried");
    assertTrue(completed.get() > 0, "no write was done: nothing was tried");
  }

  /** Reads as a session does; how many answers were older than a write that was over. */
  private long readUntil(long end, int database) {
    Key.Probe key = key(database);
    long stale = 0;
    while (System.nanoTime() - end < 0) {
      long atLeast = completed.get();
      byte[] reply = cache.lookup(key, 1, GET, 0, GET.length, System.nanoTime());
      if (reply != null) {
        hits.incrementAndGet();
        stale += ByteBuffer.wrap(reply).getLong() < atLeast ? 1 : 0;
      } else {
        Fill fill = cache.beginFill(key, 1, GET);
        byte[] read = ByteBuffer.allocate(8).putLong(upstream.get()).array();
        if (fill != null) {
          cache.commit(fill, read, 1000);
        }
      }
    }
    return stale;
  }

  private static Key.Probe key(int database) {
    return new Key.Probe().set(database, NAME, 0, NAME.length);
  }
}
