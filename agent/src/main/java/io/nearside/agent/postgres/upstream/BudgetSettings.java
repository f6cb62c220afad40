package io.nearside.agent.postgres.upstream;

/**
 * How the fleet shares the connections to one server and database; the same in every sidecar.
 *
 * @param maxServerConnections of all sidecars together
 * @param guaranteed what each sidecar has without asking, the ledger connection included: at least
 *     2
 * @param sidecarsMax most sidecars that there ever are at a time
 * @param graceMillis how long a slot that was obtained rests before it is used: as long as its
 *     holder before may take to notice that its ledger connection has ended
 */
public record BudgetSettings(
    int maxServerConnections, int guaranteed, int sidecarsMax, long graceMillis) {

  /** Of each sidecar's guaranteed share: the ledger connection. */
  static final int LEDGER_CONNECTIONS = 1;

  public BudgetSettings {
    require(
        guaranteed > LEDGER_CONNECTIONS,
        "guaranteed: " + guaranteed + " (expected at least 2: one is the ledger's)");
    require(sidecarsMax > 0, "sidecarsMax: " + sidecarsMax + " (expected at least 1)");
    require(graceMillis >= 0, "graceMillis: " + graceMillis + " (expected 0 or more)");
    require(
        (long) guaranteed * sidecarsMax <= maxServerConnections,
        "maxServerConnections: "
            + maxServerConnections
            + " (expected at least guaranteed * sidecarsMax, "
            + (long) guaranteed * sidecarsMax
            + ")");
  }

  /** What the pools of one sidecar may open without a slot. */
  int withoutSlot() {
    return guaranteed - LEDGER_CONNECTIONS;
  }

  /**
   * How many slots there are beyond the guaranteed shares; fewer when there are more sidecars than
   * there should be.
   */
  int slots(int sidecars) {
    long shares = (long) guaranteed * Math.max(sidecars, sidecarsMax);
    return (int) Math.max(0, maxServerConnections - shares);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
  }
}
