package io.nearside.tests.linear;

/**
 * One operation on one key. A command with several keys is several operations of one time.
 *
 * @param process who did it, for people
 * @param invokedNanos before its first byte was sent
 * @param returnedNanos when its reply was there, or when the client gave it up
 */
record Operation(
    String process,
    String key,
    Action action,
    long invokedNanos,
    long returnedNanos,
    Outcome outcome) {

  /** How an operation ended. */
  enum Outcome {
    /** It took effect between the two times. */
    OK,
    /** It may take effect at any time after it was invoked, once, or never. */
    UNKNOWN,
    /** It has not taken effect, and will not. */
    FAILED
  }

  Operation {
    if (returnedNanos < invokedNanos) {
      throw new IllegalArgumentException("returned before it was invoked");
    }
  }

  /** One line, with times in milliseconds since {@code originNanos}. */
  String line(long originNanos) {
    String end =
        switch (outcome) {
          case OK -> "";
          case UNKNOWN -> " (outcome unknown)";
          case FAILED -> " (refused)";
        };
    return "%10.3f .. %10.3f  %-24s %s%s"
        .formatted(
            (invokedNanos - originNanos) / 1e6,
            (returnedNanos - originNanos) / 1e6,
            process,
            action,
            end);
  }
}
