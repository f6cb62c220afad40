package io.nearside.agent.redis;

import java.time.Instant;

/** Since when the fence is as it is, from samples. Safe from any thread. */
public final class FenceHistory {

  /**
   * A look at it.
   *
   * @param since when the samples first found it so
   * @param lastReason what closed it when it was last closed; empty if it never was
   * @param closings how often it was closed, the start not counted
   */
  public record State(boolean open, Instant since, String lastReason, long closings) {}

  private State state = new State(false, Instant.now(), "", 0);

  /**
   * @param reason why it is closed
   */
  synchronized void sample(boolean open, String reason) {
    boolean changed = open != state.open();
    state =
        new State(
            open,
            changed ? Instant.now() : state.since(),
            open ? state.lastReason() : reason,
            state.closings() + (changed && !open ? 1 : 0));
  }

  public synchronized State get() {
    return state;
  }
}
