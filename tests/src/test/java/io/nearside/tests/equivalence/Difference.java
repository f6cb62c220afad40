package io.nearside.tests.equivalence;

/** The first reply in which the endpoint differs from the server. */
final class Difference extends AssertionError {
  Difference(String message) {
    super(message);
  }
}
