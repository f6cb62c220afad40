package io.nearside.agent.admin;

import io.nearside.agent.cache.warm.WarmProgress;
import io.vertx.core.Future;
import java.util.List;

/** What people may ask of the near-cache. Safe from any thread. */
public interface CacheOperations {

  /** Who says so, in what a later {@link #explain} shows. */
  String BY = "admin";

  /** Numbers of now. */
  Future<CacheOverview> overview();

  /** Everything that decides whether a key is served from memory. */
  KeyExplanation explain(int database, byte[] key);

  /**
   * Drops a key and breaks its leases.
   *
   * @param fleet whether every peer shall as well
   * @return whether it was held here
   */
  boolean invalidateKey(int database, byte[] key, boolean fleet);

  /**
   * Drops every key that matches, in all databases, and breaks all leases. Takes time in proportion
   * to what is held.
   *
   * @param glob as in Redis
   * @param fleet whether the peers shall as well; the bus carries no globs, so they drop everything
   * @return how many keys went here
   */
  int invalidateMatching(String glob, boolean fleet);

  /** How warming stands. */
  WarmProgress warming();

  /**
   * Begins to warm what is named, or else what is hot in the fleet and what the configuration
   * names.
   *
   * @param patterns globs of string keys
   * @param keys keys, and whole read commands
   * @return false where warming is off
   */
  boolean warm(List<String> patterns, List<String> keys);

  /** Makes everything that is held unreachable; the new epoch. */
  long invalidateAll(boolean fleet);
}
