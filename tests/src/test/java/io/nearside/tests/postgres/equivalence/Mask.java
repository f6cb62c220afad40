package io.nearside.tests.postgres.equivalence;

/** What of the rows two runs of a statement may rightly differ in. */
enum Mask {
  /** Nothing. */
  NONE,
  /** Runs of digits: times, costs, ids. */
  DIGITS,
  /** The values altogether: only their number counts. */
  VALUES
}
