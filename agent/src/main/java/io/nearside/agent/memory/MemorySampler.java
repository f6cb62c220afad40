package io.nearside.agent.memory;

import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Measures. One thread at a time. */
final class MemorySampler implements Supplier<MemorySample> {
  private final @Nullable ContainerMemory container;
  private final LongSupplier cacheBytes;
  private final List<MemoryPoolMXBean> tenured;
  private long heapLive = -1;
  private long cacheThen;

  /**
   * @param cacheBytes of the near-cache now
   */
  MemorySampler(@Nullable ContainerMemory container, LongSupplier cacheBytes) {
    this.container = container;
    this.cacheBytes = cacheBytes;
    // The pools whose collection is one of the whole heap: those that objects grow old in.
    this.tenured =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .filter(MemoryPoolMXBean::isUsageThresholdSupported)
            .filter(pool -> pool.getCollectionUsage() != null)
            .toList();
  }

  @Override
  public MemorySample get() {
    long live = live();
    if (live != heapLive) {
      heapLive = live;
      cacheThen = cacheBytes.getAsLong();
    }
    return new MemorySample(
        Runtime.getRuntime().maxMemory(),
        heapLive,
        cacheThen,
        Math.max(0, PlatformDependent.usedDirectMemory()),
        PlatformDependent.maxDirectMemory(),
        container == null ? 0 : container.usedBytes(),
        container == null ? 0 : container.limitBytes());
  }

  private long live() {
    long bytes = 0;
    for (MemoryPoolMXBean pool : tenured) {
      MemoryUsage usage = pool.getCollectionUsage();
      bytes += usage == null ? 0 : usage.getUsed();
    }
    return bytes == 0 ? -1 : bytes;
  }
}
