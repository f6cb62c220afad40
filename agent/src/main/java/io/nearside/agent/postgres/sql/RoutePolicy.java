package io.nearside.agent.postgres.sql;

/**
 * What the configuration says of a user or database.
 *
 * @param hints whether comments in the text are listened to
 */
public record RoutePolicy(Mode mode, boolean hints) {
  public enum Mode {
    AUTO,
    PRIMARY,
    REPLICA
  }
}
