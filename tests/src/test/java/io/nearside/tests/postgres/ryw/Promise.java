package io.nearside.tests.postgres.ryw;

/** What a read must see of what was acknowledged before it began. */
enum Promise {
  /** Nothing in particular. */
  NONE,
  /** What its own session wrote. */
  SESSION,
  /** What any client of its sidecar wrote. */
  POD,
  /** That, and what any client wrote at least the bus's staleness ago. */
  CLUSTER
}
