package io.nearside.tests.linear;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Says whether a history is linearizable: whether each operation can have happened at one moment
 * between its invocation and its reply. Linearizability is local (Herlihy and Wing 1990): a history
 * is linearizable if each key's is, so keys are looked at one by one. Every key begins without a
 * value. Stateless but for its limit.
 */
final class LinearizabilityChecker {
  /** Some 400 MiB of states. */
  private static final int STATES_MAX = 4_000_000;

  private final int statesMax;

  LinearizabilityChecker() {
    this(STATES_MAX);
  }

  /**
   * @param statesMax a key whose search comes upon more of them is left undecided
   */
  LinearizabilityChecker(int statesMax) {
    this.statesMax = statesMax;
  }

  /** A violation of any key, else an undecided key, else that all is well. */
  Verdict check(List<Operation> history) {
    Map<String, List<Operation>> byKey =
        history.stream()
            .sorted(Comparator.comparingLong(Operation::invokedNanos))
            .collect(Collectors.groupingBy(Operation::key, TreeMap::new, Collectors.toList()));
    Verdict verdict = new Verdict.Linearizable();
    for (Map.Entry<String, List<Operation>> entry : byKey.entrySet()) {
      Verdict ofKey = checkKey(entry.getKey(), entry.getValue());
      if (ofKey instanceof Verdict.Violated) {
        return ofKey;
      }
      if (ofKey instanceof Verdict.Undecided) {
        verdict = ofKey;
      }
    }
    return verdict;
  }

  private Verdict checkKey(String key, List<Operation> operations) {
    return switch (search(operations)) {
      case OrderSearch.Result.Found _ -> new Verdict.Linearizable();
      case OrderSearch.Result.GivenUp(String why) -> new Verdict.Undecided(key, why);
      case OrderSearch.Result.Stuck(Operation at) ->
          new Verdict.Violated(key, Shrinking.of(upTo(at, operations), this::isStuck));
    };
  }

  private OrderSearch.Result search(List<Operation> operations) {
    return OrderSearch.of(operations, statesMax);
  }

  private boolean isStuck(List<Operation> operations) {
    return search(operations) instanceof OrderSearch.Result.Stuck;
  }

  /** What this one's return rests on; and later writes, which may be those of what was seen. */
  private static List<Operation> upTo(Operation last, List<Operation> operations) {
    return operations.stream()
        .filter(
            operation ->
                switch (operation.action()) {
                  case Action.Read _ -> operation.returnedNanos() <= last.returnedNanos();
                  case Action.Write _ -> true;
                  case Action.Add _ -> operation.invokedNanos() <= last.returnedNanos();
                })
        .toList();
  }
}
