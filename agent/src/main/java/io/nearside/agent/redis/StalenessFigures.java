package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the {@link StalenessSampler}s of all event loops have found. Safe from any thread. */
public final class StalenessFigures {

  /**
   * Numbers since the start.
   *
   * @param samples replies from memory that were compared with the upstream
   * @param stale of them, those that differed and were still held
   * @param ages for how long those stayed, from the moment that the newer value was seen
   * @param worstNanos the longest of them
   * @param violations of them, those that were served for longer than promised
   */
  public record Totals(
      long samples,
      long stale,
      RedisStatistics.Latency ages,
      long worstNanos,
      long violations,
      @Nullable Violation last) {}

  /**
   * A value that was served for longer than {@code maxStaleness} after a newer one could be read.
   *
   * @param ageMillis since the newer value was seen, a lower bound
   * @param heldMillis since the old one was read; -1 when not known
   * @param lastInvalidatedBy who last said that the key had changed; empty when nobody is known
   */
  public record Violation(
      Instant at,
      Key.Stored key,
      String command,
      long ageMillis,
      long heldMillis,
      long epoch,
      String lastInvalidatedBy) {}

  private final LongAdder samples = new LongAdder();
  private final LongAdder stale = new LongAdder();
  private final LongAdder violations = new LongAdder();
  private final AtomicLong worstNanos = new AtomicLong();
  private final SharedLatencies ages = new SharedLatencies();
  private volatile @Nullable Violation last;

  void sampled() {
    samples.increment();
  }

  void stale() {
    stale.increment();
  }

  void gone(long ageNanos) {
    ages.record(ageNanos);
    worstNanos.accumulateAndGet(ageNanos, Math::max);
  }

  void violated(Violation violation) {
    violations.increment();
    last = violation;
  }

  Totals get() {
    return new Totals(
        samples.sum(), stale.sum(), ages.get(), worstNanos.get(), violations.sum(), last);
  }
}
