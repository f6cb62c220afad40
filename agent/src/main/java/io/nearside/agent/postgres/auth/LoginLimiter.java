package io.nearside.agent.postgres.auth;

import java.util.LinkedHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How often logins from one address may fail. Each address has a bucket of {@code failuresMax}
 * failures that fills again within a minute, kept as one number, the time at which it will be full
 * (the generic cell rate algorithm). Only failures count: an app that opens all its connections at
 * once is not held up. So logins that run at the same time may fail a few times more than the limit
 * says, but not faster than connections are accepted.
 *
 * <p>Bounded: when the table is full, who failed longest ago is forgotten. Stays on one event loop.
 */
public final class LoginLimiter {
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final long failureNanos;
  private final int addressesMax;
  private final LongSupplier nanoTime;
  // In the order of the last failure.
  private final LinkedHashMap<String, Long> fullAt = new LinkedHashMap<>();

  /**
   * An empty table.
   *
   * @param failuresPerMinuteMax at least 1
   * @param addressesMax addresses to remember
   * @param nanoTime as {@link System#nanoTime}
   */
  public LoginLimiter(int failuresPerMinuteMax, int addressesMax, LongSupplier nanoTime) {
    this.failureNanos = MINUTE_NANOS / failuresPerMinuteMax;
    this.addressesMax = addressesMax;
    this.nanoTime = nanoTime;
  }

  /** Whether a login from an address may be tried now. */
  public boolean mayTry(String address) {
    Long full = fullAt.get(address);
    if (full == null) {
      return true;
    }
    long ahead = full - nanoTime.getAsLong();
    if (ahead <= 0) {
      fullAt.remove(address);
      return true;
    }
    return ahead + failureNanos <= MINUTE_NANOS;
  }

  /** A login from an address failed. */
  public void failed(String address) {
    long now = nanoTime.getAsLong();
    Long full = fullAt.remove(address);
    long from = full == null || full - now < 0 ? now : full;
    // A bucket that is empty stays so: failures that were under way together lock nobody out for
    // longer than a minute.
    long next = Math.min(from - now + failureNanos, MINUTE_NANOS);
    if (fullAt.size() >= addressesMax) {
      fullAt.pollFirstEntry();
    }
    fullAt.putLast(address, now + next);
  }

  int size() {
    return fullAt.size();
  }
}
