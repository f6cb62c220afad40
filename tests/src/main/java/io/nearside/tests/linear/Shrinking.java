package io.nearside.tests.linear;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out of a history without an order what it does not need to be one. Only what may be left
 * out of every history that has an order is left out, so that what remains is evidence by itself:
 * reads, a value's writes together with all its reads, and writes that nobody saw since. Additions
 * stay, and with them all writes. Stateless.
 */
final class Shrinking {
  private Shrinking() {}

  /**
   * @param operations of one key, by the time of their invocation
   * @param isStuck whether operations have no order
   */
  static List<Operation> of(List<Operation> operations, Predicate<List<Operation>> isStuck) {
    List<Operation> left = operations;
    boolean sums = left.stream().anyMatch(one -> one.action() instanceof Action.Add);
    if (!sums) {
      left = without(byValue(left), left, isStuck);
    }
    left = without(oneByOne(left, one -> one.action() instanceof Action.Read), left, isStuck);
    if (!sums) {
      Map<@Nullable String, Long> lastSeen = new HashMap<>();
      for (Operation one : left) {
        if (one.action() instanceof Action.Read(var value)) {
          lastSeen.merge(value, one.returnedNanos(), Math::max);
        }
      }
      Predicate<Operation> unseen =
          one ->
              one.action() instanceof Action.Write(var value)
                  // One that is seen before it was invoked is evidence; a removal has no value.
                  && (value == null
                      ? lastSeen.getOrDefault(null, Long.MIN_VALUE) < one.invokedNanos()
                      : !lastSeen.containsKey(value));
      left = without(oneByOne(left, unseen), left, isStuck);
    }
    return left;
  }

  private static List<Set<Operation>> oneByOne(
      List<Operation> operations, Predicate<Operation> which) {
    return operations.stream().filter(which).map(Set::of).toList();
  }

  private static List<Set<Operation>> byValue(List<Operation> operations) {
    Map<@Nullable String, Set<Operation>> groups = new LinkedHashMap<>();
    for (Operation operation : operations) {
      @Nullable String value =
          switch (operation.action()) {
            case Action.Read(var seen) -> seen;
            case Action.Write(var written) -> written;
            case Action.Add _ -> throw new IllegalArgumentException("an addition");
          };
      groups.computeIfAbsent(value, _ -> new HashSet<>()).add(operation);
    }
    return List.copyOf(groups.values());
  }

  /** Tries to leave groups out: many together first, then fewer (Zeller's delta debugging). */
  private static List<Operation> without(
      List<Set<Operation>> groups, List<Operation> operations, Predicate<List<Operation>> isStuck) {
    List<Set<Operation>> kept = new ArrayList<>(groups);
    List<Operation> left = operations;
    for (int size = kept.size(); size > 0; size /= 2) {
      for (int from = 0; from < kept.size(); ) {
        List<Set<Operation>> some = kept.subList(from, Math.min(kept.size(), from + size));
        Set<Operation> removed = new HashSet<>();
        some.forEach(removed::addAll);
        List<Operation> fewer = left.stream().filter(one -> !removed.contains(one)).toList();
        if (isStuck.test(fewer)) {
          left = fewer;
          some.clear();
        } else {
          from += size;
        }
      }
    }
    return left;
  }
}
