package io.nearside.agent.health;

import java.util.concurrent.Executor;

/**
 * An event loop that can be asked whether it still turns.
 *
 * @param name as in the answers and in the metric's label
 * @param loop runs a task on the loop without waiting for it
 */
public record LoopProbe(String name, Executor loop) {}
