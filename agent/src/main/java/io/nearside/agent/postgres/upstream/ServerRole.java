package io.nearside.agent.postgres.upstream;

/** What a server is, as far as it has said so itself. */
public enum ServerRole {
  /** Never answered, or not of our cluster. */
  UNKNOWN,
  /** Out of recovery: takes writes. Only one of these is {@link Servers#primary}. */
  PRIMARY,
  /** In recovery: serves reads. */
  REPLICA
}
