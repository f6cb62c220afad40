package io.nearside.agent.redis;

import java.util.Arrays;
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

  private volatile Source[] sources = {};
  private final LongSupplier nanoClock;

  /** Open until a source is added. */
  public Fence(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  /** One more thing that must hold. */
  synchronized void add(Source source) {
    Source[] more = Arrays.copyOf(sources, sources.length + 1);
    more[sources.length] = source;
    sources = more;
  }

  /** Whether the cache may answer at {@code nowNanos}. */
  public boolean open(long nowNanos) {
    for (Source source : sources) {
      long until = source.freshUntilNanos().getAsLong();
      if (until != Long.MAX_VALUE && until - nowNanos <= 0) {
        return false;
      }
    }
    return true;
  }

  public boolean open() {
    return open(nanoClock.getAsLong());
  }

  /** Until when it was or will be open by the proofs of now; {@link Long#MAX_VALUE} for ever. */
  long openUntilNanos() {
    long earliest = Long.MAX_VALUE;
    for (Source source : sources) {
      long until = source.freshUntilNanos().getAsLong();
      if (until != Long.MAX_VALUE && (earliest == Long.MAX_VALUE || until - earliest < 0)) {
        earliest = until;
      }
    }
    return earliest;
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
    return List.of(sources);
  }
}
