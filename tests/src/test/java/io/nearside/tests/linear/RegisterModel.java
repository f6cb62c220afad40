package io.nearside.tests.linear;

import io.nearside.tests.linear.Operation.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A register that some processes use at the same time, each operation at one moment. Seeded. */
final class RegisterModel {
  private static final long STEP = 1_000;

  private final Random random;
  private final int processes;
  private final boolean counter;
  private int written;

  RegisterModel(Random random, int processes, boolean counter) {
    this.random = random;
    this.processes = processes;
    this.counter = counter;
  }

  /** When an operation begins, has its effect and ends. */
  private record Times(String process, long from, long effect, long to, Outcome outcome) {}

  /** A history of so many operations, of which about one in 50 has an unknown outcome. */
  List<Operation> run(int operations) {
    List<Times> times = new ArrayList<>();
    long[] clocks = new long[processes];
    for (int i = 0; i < operations; i++) {
      int process = i % processes;
      long from = clocks[process] + 1 + random.nextLong(STEP);
      long effect = from + random.nextLong(STEP);
      long to = effect + random.nextLong(STEP);
      boolean unknown = random.nextInt(50) == 0;
      if (unknown) {
        // Some happen long after the client has gone on, some never.
        effect = random.nextInt(4) == 0 ? Long.MAX_VALUE : effect + random.nextLong(50 * STEP);
      }
      clocks[process] = to;
      Outcome outcome = unknown ? Outcome.UNKNOWN : Outcome.OK;
      times.add(new Times("process " + process, from, effect, to, outcome));
    }
    times.sort(Comparator.comparingLong(Times::effect));
    List<Operation> history = new ArrayList<>();
    @Nullable String value = null;
    for (Times one : times) {
      Action action = action(value, one.outcome == Outcome.UNKNOWN);
      history.add(new Operation(one.process, "k", action, one.from, one.to, one.outcome));
      value = after(action, value);
    }
    return history;
  }

  private Action action(@Nullable String value, boolean unknown) {
    if (random.nextInt(3) > 0) {
      return new Action.Read(value);
    }
    if (counter) {
      return new Action.Add(unknown ? null : next(value));
    }
    return new Action.Write(random.nextInt(20) == 0 ? null : "v" + ++written);
  }

  private static long next(@Nullable String value) {
    return value == null ? 1 : Long.parseLong(value) + 1;
  }

  private static @Nullable String after(Action action, @Nullable String value) {
    return switch (action) {
      case Action.Read _ -> value;
      case Action.Write(var now) -> now;
      case Action.Add _ -> Long.toString(next(value));
    };
  }

  /** One read sees a value that was overwritten before the read began. */
  static List<Operation> withStaleRead(List<Operation> history, Random random) {
    List<Operation> acknowledged =
        history.stream()
            .filter(one -> one.action() instanceof Action.Write && one.outcome() == Outcome.OK)
            .toList();
    while (true) {
      Operation old = acknowledged.get(random.nextInt(acknowledged.size()));
      Operation next = acknowledged.get(random.nextInt(acknowledged.size()));
      int at = random.nextInt(history.size());
      Operation read = history.get(at);
      if (old.action() instanceof Action.Write(var value)
          && value != null
          && read.action() instanceof Action.Read
          && read.outcome() == Outcome.OK
          && old.returnedNanos() < next.invokedNanos()
          && next.returnedNanos() < read.invokedNanos()) {
        return with(history, at, new Action.Read(value));
      }
    }
  }

  /** One addition gives what another has given. */
  static List<Operation> withLostUpdate(List<Operation> history, Random random) {
    while (true) {
      int at = random.nextInt(history.size());
      Operation one = history.get(at);
      Operation other = history.get(random.nextInt(history.size()));
      if (one.action() instanceof Action.Add(var result)
          && other.action() instanceof Action.Add(var given)
          && result != null
          && given != null
          && !result.equals(given)) {
        return with(history, at, new Action.Add(given));
      }
    }
  }

  private static List<Operation> with(List<Operation> history, int at, Action action) {
    List<Operation> changed = new ArrayList<>(history);
    Operation old = history.get(at);
    changed.set(
        at,
        new Operation(
            old.process(),
            old.key(),
            action,
            old.invokedNanos(),
            old.returnedNanos(),
            old.outcome()));
    return changed;
  }
}
