package io.nearside.cluster;

/**
 * Bytes from the bus that are not a message of a peer: not sealed under our secret, or malformed.
 * Its message completes the sentence "a message ...".
 */
final class BadMessageException extends Exception {
  BadMessageException(String what) {
    // Whoever floods the port must not make us walk stacks.
    super(what, null, false, false);
  }

  /** What is wrong with it. */
  String what() {
    return String.valueOf(getMessage());
  }
}
