package io.nearside.tests.linear;

import java.util.List;
import java.util.stream.Collectors;

/** What is said of a history. */
sealed interface Verdict {
  /** Every key's operations can be put in one order that the clients can have seen. */
  record Linearizable() implements Verdict {}

  /**
   * There is no such order.
   *
   * @param operations few of them that already contradict each other, the oldest first, and writes
   *     that were refused though their value was seen
   */
  record Violated(String key, List<Operation> operations) implements Verdict {
    private static final int LINES_MAX = 16;

    public Violated {
      operations = List.copyOf(operations);
    }

    @Override
    public String toString() {
      long origin = operations.getFirst().invokedNanos();
      int left = Math.max(0, operations.size() - LINES_MAX);
      return "no order explains these operations on %s (ms since the first%s):%n%s"
          .formatted(
              key,
              left == 0 ? "" : "; the last " + LINES_MAX,
              operations.stream()
                  .skip(left)
                  .map(operation -> operation.line(origin))
                  .collect(Collectors.joining(System.lineSeparator())));
    }
  }

  /** The search was given up: it says nothing. */
  record Undecided(String key, String why) implements Verdict {}
}
