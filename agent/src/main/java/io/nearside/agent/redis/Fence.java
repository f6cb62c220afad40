package io.nearside.agent.redis;

import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Whether the near-cache may answer: only while every source of invalidations proves that nothing
 * older than {@code maxStaleness} is missing. Safe from any thread.
 */
public final class Fence {

  /**
   * One thing that freshness rests on.
   *
   * @param freshUntilNanos by {@link System#nanoTime()}; {@link Long#MAX_VALUE} for always
   * @param detail why, for people
   */
  public record Source(String name, LongSupplier freshUntilNanos, Supplier<String> detail) {}

  private final List<Source> sources;
  private final LongSupplier nanoClock;
  private final long sinceNanos;

  public Fence(List<Source> sources, LongSupplier nanoClock) {
    this.sources = List.copyOf(sources);
    this.nanoClock = nanoClock;
    this.sinceNanos = nanoClock.getAsLong();
  }

  /** Whether the cache may answer at {@code nowNanos}. */
  public boolean open(long nowNanos) {
    for (int i = 0; i < sources.size(); i++) {
      long until = sources.get(i).freshUntilNanos().getAsLong();
      if (until != Long.MAX_VALUE && until - nowNanos <= 0) {
        return false;
      }
    }
    return true;
  }

  public boolean open() {
    return open(nanoClock.getAsLong());
  }

  /** What closes it now, or "open". */
  public String detail() {
    long now = nanoClock.getAsLong();
    var text = new StringBuilder();
    for (Source source : sources) {
      long until = source.freshUntilNanos().getAsLong();
      if (until != Long.MAX_VALUE && until - now <= 0) {
        text.append(text.isEmpty() ? "" : "; ")
            .append(source.name())
            .append(": ")
            .append(source.detail().get());
      }
    }
    return text.isEmpty() ? "open" : text.toString();
  }

  public List<Source> sources() {
    return sources;
  }

  /** When this fence was made; the start of the time that is counted as fenced or open. */
  public long sinceNanos() {
    return sinceNanos;
  }
}
