package io.nearside.agent.redis;

/** Whether the upstream answers, and since when. Safe from any thread. */
public final class UpstreamHealth {

  /**
   * A look at it.
   *
   * @param sinceMillis how long it has been so
   */
  public record State(boolean up, String why, long sinceMillis) {}

  private volatile boolean up;
  private String why = "not connected yet";
  private long sinceNanos = System.nanoTime();

  synchronized void state(boolean nowUp, String nowWhy) {
    if (up != nowUp) {
      sinceNanos = System.nanoTime();
      up = nowUp;
    }
    why = nowWhy;
  }

  boolean isUp() {
    return up;
  }

  public synchronized State get() {
    return new State(up, why, (System.nanoTime() - sinceNanos) / 1_000_000);
  }
}
