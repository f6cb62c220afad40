package io.nearside.cluster;

/**
 * A strongly consistent key.
 *
 * @param key the near-cache's canonical form (at most 512 bytes); not copied, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HeldKey(int database, byte[] key) {}
