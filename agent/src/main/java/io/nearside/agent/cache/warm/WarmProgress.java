package io.nearside.agent.cache.warm;

import java.util.Locale;

/**
 * How warming stands; counts are since the start.
 *
 * @param started whether the start-up probe need not wait (any more)
 * @param source where the list of the last run came from, for people
 * @param waiting reads that are still to be done now
 * @param later reads that are spread over the time until the next scheduled run
 * @param joiners other sidecars that warm themselves now, as far as is known
 * @param remembered hot reads that a newcomer would be told
 * @param runs how often a list was gathered
 * @param asked reads that were on such a list
 * @param skipped of them, those that were held already, or that no policy lets be cached
 * @param read of them, those that went upstream, with their PTTL: two commands each
 * @param stored of them, those that are in the near-cache thereby
 * @param failed those that got no lease or no answer
 * @param malformed notes of peers that could not be read
 * @param fileFailures how often the hot list could not be written or read
 * @param lastRunMillisAgo since the end of the last run; -1 before the first
 * @param lastRunMillis how long it took
 */
public record WarmProgress(
    Phase phase,
    boolean started,
    String source,
    int waiting,
    int later,
    int joiners,
    int remembered,
    long runs,
    long asked,
    long skipped,
    long read,
    long stored,
    long failed,
    long malformed,
    long fileFailures,
    long lastRunMillisAgo,
    long lastRunMillis) {

  /** What is done now. */
  public enum Phase {
    /** Not configured, or nothing is cached. */
    OFF,
    /** The cluster is not joined, or freshness not proven. */
    JOINING,
    /** Peers, disk and configuration are asked what is hot. */
    GATHERING,
    READING,
    WARM;

    /** Lower case. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
