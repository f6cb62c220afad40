package io.nearside.agent.cache;

/**
 * A reply that is held, and how much it is asked for.
 *
 * @param frame the command line; not to be changed
 * @param hits since it was last told
 * @param lifeMillis from its fill to its end
 * @param leftMillis until its end
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HotReply(
    int database, int scope, byte[] frame, int hits, long lifeMillis, long leftMillis) {

  static HotReply of(int database, Entry.Variant variant, long nowNanos) {
    return new HotReply(
        database,
        variant.scope(),
        variant.frame(),
        variant.takeHits(),
        (variant.expiresNanos() - variant.filledNanos()) / 1_000_000,
        (variant.expiresNanos() - nowNanos) / 1_000_000);
  }
}
