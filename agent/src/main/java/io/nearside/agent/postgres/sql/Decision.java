package io.nearside.agent.postgres.sql;

/**
 * Where a text may run.
 *
 * @param reason one line for people: {@code SELECT calls nextval, which is volatile}
 * @param label one of few stable words for metrics
 */
public record Decision(Target target, String reason, String label) {
  public enum Target {
    PRIMARY,
    REPLICA
  }

  static Decision primary(String reason, String label) {
    return new Decision(Target.PRIMARY, reason, label);
  }

  static Decision replica(String reason, String label) {
    return new Decision(Target.REPLICA, reason, label);
  }
}
