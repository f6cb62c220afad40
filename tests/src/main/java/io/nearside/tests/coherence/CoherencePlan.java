package io.nearside.tests.coherence;

import java.time.Duration;

/**
 * What a run does.
 *
 * @param seed of all its random choices; the order in which threads meet is not in its power
 * @param keys how many
 * @param readersPerSidecar connections, each with its thread
 * @param writersPerSidecar connections, each with its thread
 * @param directWriters connections to the upstream, around the sidecars
 * @param writePauseMaxMillis between two writes of one writer
 * @param wild whether writers now and then remove everything, and rename outside of a transaction:
 *     not where a write may land seconds late, for it would move another value than the checker
 *     knows of
 * @param requestTimeout after which a client gives up; the outcome of its write is then unknown
 */
public record CoherencePlan(
    long seed,
    Duration duration,
    int keys,
    int readersPerSidecar,
    int writersPerSidecar,
    int directWriters,
    int writePauseMaxMillis,
    boolean wild,
    Duration requestTimeout,
    CoherenceChecker.Settings rules) {
  private static final String SEED = "nearside.seed";
  private static final String PROFILE = "nearside.profile";

  /**
   * The plan of the suite: the seed from {@code -Dnearside.seed} or a fresh one, printed; 5
   * seconds, or 60 with {@code -Dnearside.profile=long}.
   */
  public static CoherencePlan ofProfile(Duration maxStaleness) {
    long seed = Long.getLong(SEED, System.nanoTime() ^ ProcessHandle.current().pid());
    System.out.printf("coherence: -D%s=%d%n", SEED, seed);
    var rules = new CoherenceChecker.Settings(maxStaleness, Duration.ZERO, Duration.ofSeconds(10));
    Duration duration = Duration.ofSeconds(isLong() ? 60 : 5);
    return new CoherencePlan(seed, duration, 50, 3, 1, 2, 8, true, Duration.ofSeconds(2), rules);
  }

  /** Whether the long profile was asked for. */
  public static boolean isLong() {
    return "long".equals(System.getProperty(PROFILE));
  }

  /** The same for another length of time. */
  public CoherencePlan lasting(Duration other) {
    return new CoherencePlan(
        seed,
        other,
        keys,
        readersPerSidecar,
        writersPerSidecar,
        directWriters,
        writePauseMaxMillis,
        wild,
        requestTimeout,
        rules);
  }

  /** The same with another number of writers around the sidecars. */
  public CoherencePlan withDirectWriters(int count) {
    return new CoherencePlan(
        seed,
        duration,
        keys,
        readersPerSidecar,
        writersPerSidecar,
        count,
        writePauseMaxMillis,
        wild,
        requestTimeout,
        rules);
  }

  /**
   * The same over another number of keys: the more, the longer one stays as it was last written.
   */
  public CoherencePlan withKeys(int count) {
    return new CoherencePlan(
        seed,
        duration,
        count,
        readersPerSidecar,
        writersPerSidecar,
        directWriters,
        writePauseMaxMillis,
        wild,
        requestTimeout,
        rules);
  }
}
