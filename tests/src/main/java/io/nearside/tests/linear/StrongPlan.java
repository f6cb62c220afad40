package io.nearside.tests.linear;

import io.nearside.tests.stack.SidecarYaml;
import java.time.Duration;

/**
 * What a run on strongly consistent keys does.
 *
 * @param seed of all its random choices; the order in which threads meet is not in its power
 * @param keys how many texts, and half as many counters
 * @param clientsPerSidecar connections, each with its thread
 * @param writePercent of the clients' commands
 * @param thinkMaxMicros between two commands of one client
 * @param requestTimeout after which a client gives up; longer than a write may have to wait
 */
public record StrongPlan(
    long seed,
    Duration duration,
    int keys,
    int clientsPerSidecar,
    int writePercent,
    int thinkMaxMicros,
    Duration requestTimeout) {
  /** All keys of the runs begin so. */
  public static final String PREFIX = "strong:";

  /** The policy that the runs are about, for a sidecar's configuration. */
  public static final String STRONG = "[{match: '" + PREFIX + "*', consistency: strong}]";

  private static final String EVENTUAL = "[{match: '" + PREFIX + "*', consistency: eventual}]";

  /**
   * For sidecars that the runs are about. After a trouble they answer from memory again soon: a
   * write that waits on its way to Redis for more than two seconds is not to be had here.
   */
  public static SidecarYaml strong(SidecarYaml yaml) {
    return yaml.withPolicies(STRONG).withUnknownOutcomeMillis(2_000);
  }

  /** For the same sidecars without the promise. */
  public static SidecarYaml eventual(SidecarYaml yaml) {
    return yaml.withPolicies(EVENTUAL);
  }

  /**
   * Few hot keys, a write in twelve commands; the seed is taken from {@code -Dnearside.seed} or a
   * fresh one, and printed.
   */
  public static StrongPlan lasting(Duration duration) {
    long seed = Long.getLong("nearside.seed", System.nanoTime() ^ ProcessHandle.current().pid());
    System.out.printf("linear: -Dnearside.seed=%d%n", seed);
    return new StrongPlan(seed, duration, 6, 4, 8, 4_000, Duration.ofSeconds(10));
  }

  /** The same with more writes. */
  public StrongPlan withWritePercent(int percent) {
    return new StrongPlan(
        seed, duration, keys, clientsPerSidecar, percent, thinkMaxMicros, requestTimeout);
  }
}
