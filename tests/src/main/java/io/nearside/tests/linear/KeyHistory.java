package io.nearside.tests.linear;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The operations on one key, made ready for the search. Values are numbers: the index of their
 * text, in the order of their first appearance.
 *
 * <p>What did not happen, and what nobody can have noticed, is left out: reads without an outcome,
 * refused operations, and writes without an outcome whose value nobody saw. A write without an
 * outcome whose value was seen must have happened before the first who saw it returned, if nobody
 * else wrote that value: it gets that time as its end.
 */
final class KeyHistory {
  /** The number of no value. */
  static final int ABSENT = 0;

  /** In place of a value: see {@link #after}. */
  static final int IMPOSSIBLE = -1;

  private static final int ANY_RESULT = -2;
  private static final long NEVER = Long.MAX_VALUE;

  private final Map<@Nullable String, Integer> numbers = new HashMap<>();
  private final List<@Nullable String> texts = new ArrayList<>();
  private final Map<@Nullable String, Long> firstSeen = new HashMap<>();
  private final Map<@Nullable String, Integer> writers = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();

  /** Whether something is added to the values: then each write may be seen in a later sum. */
  private final boolean sums;

  /**
   * One operation that must, or may, be put in the order.
   *
   * @param value what a read saw, a write wrote, and an addition gave
   * @param untilNanos when it must have happened
   * @param unnoticed whether it is a write that may be put right before any other: nobody saw its
   *     value, and nobody adds to it
   */
  record Step(
      int index,
      Kind kind,
      int value,
      long fromNanos,
      long untilNanos,
      boolean unnoticed,
      Operation operation) {
    /** Whether it must happen at all. */
    boolean isBound() {
      return untilNanos != NEVER;
    }
  }

  /** What a step does. */
  enum Kind {
    READ,
    WRITE,
    ADD
  }

  KeyHistory(List<Operation> operations) {
    number(null);
    sums = operations.stream().anyMatch(one -> one.action() instanceof Action.Add);
    operations.forEach(this::look);
    operations.stream()
        .sorted(Comparator.comparingLong(Operation::invokedNanos))
        .forEach(this::prepare);
  }

  private void look(Operation operation) {
    switch (operation.action()) {
      case Action.Read(var seen) -> {
        if (operation.outcome() == Operation.Outcome.OK) {
          firstSeen.merge(seen, operation.returnedNanos(), Math::min);
        }
      }
      case Action.Write(var written) -> {
        if (operation.outcome() != Operation.Outcome.FAILED) {
          writers.merge(written, 1, Integer::sum);
        }
      }
      case Action.Add _ -> {}
    }
  }

  private void prepare(Operation operation) {
    boolean known = operation.outcome() == Operation.Outcome.OK;
    long until = known ? operation.returnedNanos() : NEVER;
    if (operation.outcome() == Operation.Outcome.FAILED) {
      return;
    }
    switch (operation.action()) {
      case Action.Read(var seen) -> {
        if (known) {
          add(Kind.READ, number(seen), until, false, operation);
        }
      }
      case Action.Write(var written) -> {
        Long first = firstSeen.get(written);
        boolean unnoticed = first == null && !sums;
        if (known) {
          add(Kind.WRITE, number(written), until, unnoticed, operation);
        } else if (!unnoticed) {
          add(Kind.WRITE, number(written), endOfUnknown(operation, written), false, operation);
        }
      }
      case Action.Add(var result) -> {
        int sum = result == null ? ANY_RESULT : number(result.toString());
        add(Kind.ADD, sum, until, false, operation);
      }
    }
  }

  private long endOfUnknown(Operation write, @Nullable String written) {
    Long first = firstSeen.get(written);
    if (first == null
        || written == null
        || sums
        || !Integer.valueOf(1).equals(writers.get(written))) {
      return NEVER;
    }
    // Who saw it before it was invoked is convicted by the search.
    return Math.max(first, write.invokedNanos());
  }

  private void add(Kind kind, int value, long until, boolean unnoticed, Operation operation) {
    steps.add(
        new Step(steps.size(), kind, value, operation.invokedNanos(), until, unnoticed, operation));
  }

  private int number(@Nullable String text) {
    Integer known = numbers.get(text);
    if (known != null) {
      return known;
    }
    numbers.put(text, texts.size());
    texts.add(text);
    return texts.size() - 1;
  }

  /** In the order of their invocation. */
  List<Step> steps() {
    return steps;
  }

  /**
   * The value after a step that was begun with this one; {@link #IMPOSSIBLE} where the step can not
   * have come upon it.
   */
  int after(int value, Step step) {
    return switch (step.kind()) {
      case READ -> value == step.value() ? value : IMPOSSIBLE;
      case WRITE -> step.value();
      case ADD -> {
        int sum = plusOne(value);
        yield step.value() == ANY_RESULT || step.value() == sum ? sum : IMPOSSIBLE;
      }
    };
  }

  private int plusOne(int value) {
    String text = texts.get(value);
    try {
      return number(Long.toString(text == null ? 1 : Long.parseLong(text) + 1));
    } catch (NumberFormatException noNumber) {
      return IMPOSSIBLE;
    }
  }
}
