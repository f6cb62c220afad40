package io.nearside.agent.health;

import java.util.Locale;

/**
 * What a check found.
 *
 * @param detail why, for people; may be empty
 */
public record Verdict(State state, String detail) {
  /** From well to useless. */
  public enum State {
    UP,
    /** It works, but not as it should. */
    DEGRADED,
    DOWN;

    /** As in the answers. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public static Verdict up(String detail) {
    return new Verdict(State.UP, detail);
  }

  public static Verdict degraded(String detail) {
    return new Verdict(State.DEGRADED, detail);
  }

  public static Verdict down(String detail) {
    return new Verdict(State.DOWN, detail);
  }
}
