package io.nearside.tests.linear;

import io.nearside.tests.linear.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The definition of linearizability, word by word: tries every order. For some six operations. */
final class EveryOrder {
  private EveryOrder() {}

  /** Whether one key's operations have an order. */
  static boolean explains(List<Operation> history) {
    List<Operation> left = new ArrayList<>(history);
    left.removeIf(
        one ->
            one.outcome() == Outcome.FAILED
                || (one.outcome() == Outcome.UNKNOWN && one.action() instanceof Action.Read));
    return explains(left, null);
  }

  private static boolean explains(List<Operation> left, @Nullable String value) {
    if (left.stream().noneMatch(one -> one.outcome() == Outcome.OK)) {
      return true;
    }
    for (Operation next : left) {
      boolean first = left.stream().noneMatch(other -> returnedBefore(other, next));
      if (first && fits(next, value)) {
        List<Operation> rest = new ArrayList<>(left);
        rest.remove(next);
        if (explains(rest, after(next, value))) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean returnedBefore(Operation one, Operation other) {
    return one.outcome() == Outcome.OK && one.returnedNanos() < other.invokedNanos();
  }

  private static boolean fits(Operation operation, @Nullable String value) {
    return switch (operation.action()) {
      case Action.Read(var seen) -> Objects.equals(seen, value);
      case Action.Write _ -> true;
      case Action.Add(var result) -> result == null || result == sum(value);
    };
  }

  private static @Nullable String after(Operation operation, @Nullable String value) {
    return switch (operation.action()) {
      case Action.Read _ -> value;
      case Action.Write(var written) -> written;
      case Action.Add _ -> Long.toString(sum(value));
    };
  }

  private static long sum(@Nullable String value) {
    return value == null ? 1 : Long.parseLong(value) + 1;
  }
}
