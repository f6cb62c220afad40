package io.nearside.agent.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** How large the near-cache may be. */
final class CacheAllowanceTest {
  private static final long MIB = 1 << 20;

  private static MemorySample sample(long heapLive, long cacheThen, long container) {
    return new MemorySample(80 * MIB, heapLive, cacheThen, 0, 32 * MIB, container, 192 * MIB);
  }

  @Test
  void bytes_plenty_isTheConfigured() {
    assertEquals(32 * MIB, CacheAllowance.bytes(sample(-1, 0, 0), 32 * MIB, 32 * MIB));
    assertEquals(32 * MIB, CacheAllowance.bytes(sample(20 * MIB, 0, 0), 32 * MIB, 32 * MIB));
  }

  @Test
  void bytes_moreThanHalfTheHeapConfigured_isHalf() {
    assertEquals(40 * MIB, CacheAllowance.bytes(sample(-1, 0, 0), 64 * MIB, 64 * MIB));
  }

  @Test
  void bytes_othersNeedTheHeap_theCacheGivesWay() {
    // 60 MiB may live, 45 of them are others'.
    assertEquals(15 * MIB, CacheAllowance.bytes(sample(70 * MIB, 25 * MIB, 0), 32 * MIB, 32 * MIB));
    assertEquals(0, CacheAllowance.bytes(sample(70 * MIB, 0, 0), 32 * MIB, 32 * MIB));
  }

  @Test
  void bytes_containerFull_halvesAtEachLookToNothing() {
    long bytes = 32 * MIB;
    int looks = 0;
    while (bytes > 0) {
      long next = CacheAllowance.bytes(sample(20 * MIB, 0, 180 * MIB), 32 * MIB, bytes);
      assertEquals(bytes == MIB ? 0 : bytes / 2, next);
      bytes = next;
      looks++;
    }
    assertEquals(6, looks);
  }

  @Test
  void bytes_containerCalmAgain_growsStepByStepToTheConfigured() {
    long bytes = 0;
    int looks = 0;
    while (bytes < 32 * MIB) {
      long next = CacheAllowance.bytes(sample(20 * MIB, 0, 100 * MIB), 32 * MIB, bytes);
      assertTrue(next > bytes && next - bytes <= 8 * MIB, bytes + " to " + next);
      bytes = next;
      looks++;
    }
    assertTrue(looks > 4 && looks < 60, "looks " + looks);
  }

  @Test
  void bytes_containerNeitherFullNorCalm_stays() {
    assertEquals(5 * MIB, CacheAllowance.bytes(sample(20 * MIB, 0, 163 * MIB), 32 * MIB, 5 * MIB));
  }

  @Test
  void bytes_whateverIsSeen_neverNegativeNorMoreThanConfiguredNorHalfTheHeap() {
    long seed = Long.getLong("nearside.seed", System.nanoTime());
    var random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      var seen =
          new MemorySample(
              1 + random.nextLong(100 * MIB),
              random.nextInt(5) == 0 ? -1 : random.nextLong(120 * MIB),
              random.nextLong(60 * MIB),
              random.nextLong(40 * MIB),
              random.nextLong(40 * MIB),
              random.nextLong(300 * MIB),
              random.nextLong(300 * MIB));
      long configured = random.nextLong(64 * MIB);
      long bytes = CacheAllowance.bytes(seen, configured, random.nextLong(64 * MIB));
      String told = "seed " + seed + " " + seen;
      assertTrue(bytes >= 0 && bytes <= configured && bytes <= seen.heapMax() / 2, told);
    }
  }
}
