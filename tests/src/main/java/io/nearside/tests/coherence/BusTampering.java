package io.nearside.tests.coherence;

import java.util.Set;

/** The way into a fleet's bus. May be called while the fleet works, from one thread. */
public interface BusTampering {
  /** What happens to the messages from now on. */
  void apply(BusFaults faults);

  /**
   * Breaks a promise on purpose: while on, every so many-th invalidation is left out before it gets
   * its number, so that no receiver can know of it. 0 ends it.
   */
  void skipInvalidations(int everyNth);

  /** Parts these sidecars from all others, as the transport notices it. */
  void split(Set<Integer> sidecars);

  /** Undoes every {@link #split}. */
  void heal();

  /** Nothing gets from one sidecar to another in either direction; nobody notices. */
  void cut(int one, int other);

  /** Undoes {@link #cut}. */
  void mend(int one, int other);
}
