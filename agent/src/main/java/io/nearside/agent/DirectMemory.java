package io.nearside.agent;

import io.nearside.agent.memory.ContainerMemory;

/**
 * Bounds Netty's buffers outside of the heap by the container's memory; where there is no limit,
 * the JVM's {@code -XX:MaxDirectMemorySize} holds. To be called before anything of Netty is loaded.
 */
final class DirectMemory {
  private static final String PROPERTY = "io.netty.maxDirectMemory";

  /** Of the container; the heap has less than half of it, and code and threads need the rest. */
  private static final int PART = 6;

  private static final long BYTES_MIN = 16L << 20;
  private static final long BYTES_MAX = 256L << 20;

  private DirectMemory() {}

  static void fitContainer() {
    ContainerMemory container = ContainerMemory.find();
    long limit = container == null ? 0 : container.limitBytes();
    if (limit > 0 && System.getProperty(PROPERTY) == null) {
      long bytes = Math.clamp(limit / PART, BYTES_MIN, BYTES_MAX);
      System.setProperty(PROPERTY, Long.toString(bytes));
    }
  }
}
