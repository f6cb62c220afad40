package io.nearside.agent.health;

/**
 * How well an event loop turns.
 *
 * @param lagNanos how long the last answered task waited for its turn
 * @param lagNanosMax worst of the last one to two half minutes, a task that still waits included
 * @param unansweredNanos how long a task has been waiting now; 0 when none is
 * @param wedged whether it has been waiting for {@link EventLoopWatch#WEDGED_MILLIS}
 */
public record LoopState(
    String name, long lagNanos, long lagNanosMax, long unansweredNanos, boolean wedged) {}
