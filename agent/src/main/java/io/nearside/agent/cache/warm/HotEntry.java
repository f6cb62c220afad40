package io.nearside.agent.cache.warm;

/**
 * A read and how hot it is.
 *
 * @param heat hits, of which older ones count less
 * @param ttlMillis the key's remaining time to live; {@link #ENDLESS} where none is known
 */
public record HotEntry(HotRead read, int heat, long ttlMillis) {
  /** The key does not expire, or not as far as is known. */
  public static final long ENDLESS = -1;
}
