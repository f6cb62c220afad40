package io.nearside.config;

import java.util.Locale;

/** Which of the replicas that may serve gets a read. */
public enum ReplicaChoice implements Choice {
  /** The one that has replayed most. */
  LEAST_LAG,
  /** The one with the fewest connections in use. */
  LEAST_CONNECTIONS,
  /** One after the other. */
  ROUND_ROBIN,
  /** At random, by weight. */
  WEIGHTED;

  @Override
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
