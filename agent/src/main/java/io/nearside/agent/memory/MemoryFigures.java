package io.nearside.agent.memory;

/** What {@link MemoryGuard} saw and did; safe from any thread. */
public interface MemoryFigures {
  /** As of the last look. */
  MemorySample sample();

  /** How often the near-cache was made smaller. */
  long shrinks();

  /** Whether there is no memory for another client. */
  boolean refusesClients();
}
