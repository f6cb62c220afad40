package io.nearside.tests.coherence;

/** The way into a fleet's bus. May be called while the fleet works, from one thread. */
public interface BusTampering {
  /** What happens to the messages from now on. */
  void apply(BusFaults faults);

  /**
   * Breaks a promise on purpose: while on, every so many-th invalidation is left out before it gets
   * its number, so that no receiver can know of it. 0 ends it.
   */
  void skipInvalidations(int everyNth);
}
