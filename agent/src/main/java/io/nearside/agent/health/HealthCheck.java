package io.nearside.agent.health;

/**
 * One thing that can be well or not. Asked on a thread of its own, one asking at a time, so it may
 * block or hang: the probes do not wait for it longer than {@link HealthProbes#ANSWER_MILLIS}.
 */
public interface HealthCheck {

  /** As in the answers; lower case, hyphens. Those that readiness can ask for carry its labels. */
  String name();

  /** Whether start-up is not over as long as this is down. */
  default boolean startsUp() {
    return false;
  }

  /** How it is now. A failure to say counts as {@link Verdict.State#DOWN}. */
  Verdict ask() throws Exception;
}
