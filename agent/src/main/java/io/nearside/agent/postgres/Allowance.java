package io.nearside.agent.postgres;

import java.util.function.IntSupplier;

/**
 * How many connections the pools of one server and database may have together: what the fleet's
 * budget leaves this sidecar. On the event loop.
 */
final class Allowance {
  private final IntSupplier allowed;
  private final Runnable onDemand;
  private int taken;

  /**
   * @param allowed how many now; {@link Integer#MAX_VALUE} where there is no budget
   * @param onDemand called when more or fewer are wanted
   */
  Allowance(IntSupplier allowed, Runnable onDemand) {
    this.allowed = allowed;
    this.onDemand = onDemand;
  }

  static Allowance unlimited() {
    return new Allowance(() -> Integer.MAX_VALUE, () -> {});
  }

  boolean isLimited() {
    return allowed() != Integer.MAX_VALUE;
  }

  int allowed() {
    return allowed.getAsInt();
  }

  int taken() {
    return taken;
  }

  /** Takes one; false when there is none. */
  boolean take() {
    if (taken >= allowed()) {
      return false;
    }
    taken++;
    return true;
  }

  void give() {
    taken--;
  }

  /** Whether more are taken than may be: some have to go. */
  boolean isExceeded() {
    return taken > allowed();
  }

  void demandChanged() {
    onDemand.run();
  }
}
