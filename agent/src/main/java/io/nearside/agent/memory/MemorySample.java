package io.nearside.agent.memory;

/**
 * Memory as it was a moment ago; bytes.
 *
 * @param heapMax what the heap may grow to
 * @param heapLive what a collection of the whole heap left; -1 before the first one
 * @param cacheThen the near-cache's bytes at that collection
 * @param direct of Netty's buffers outside of the heap
 * @param directMax 0 where there is no limit
 * @param container of the control group
 * @param containerMax 0 where there is no limit
 */
public record MemorySample(
    long heapMax,
    long heapLive,
    long cacheThen,
    long direct,
    long directMax,
    long container,
    long containerMax) {

  /** Of the heap's limit, what could not be collected; 0 when not known. */
  public double heapRatio() {
    return ratio(heapLive, heapMax);
  }

  public double directRatio() {
    return ratio(direct, directMax);
  }

  public double containerRatio() {
    return ratio(container, containerMax);
  }

  private static double ratio(long used, long max) {
    return used <= 0 || max <= 0 ? 0 : (double) used / max;
  }
}
