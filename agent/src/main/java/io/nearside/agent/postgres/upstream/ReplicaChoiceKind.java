package io.nearside.agent.postgres.upstream;

/** How one of several usable replicas is chosen. */
public enum ReplicaChoiceKind {
  /** The least lag, compared in steps of the watch (finer is not known); then as the next. */
  LEAST_LAG,
  /** The fewest connections in use for its weight; among equals in turn. */
  LEAST_CONNECTIONS,
  /** In turn. */
  ROUND_ROBIN,
  /** In turn, as often as its weight says, spread evenly. */
  WEIGHTED
}
