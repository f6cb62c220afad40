package io.nearside.tests.linear;

import io.nearside.tests.linear.KeyHistory.Kind;
import io.nearside.tests.linear.KeyHistory.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Looks for an order of one key's operations that explains what was seen.
 *
 * <p>This is Wing and Gong's search (1993) with the memory of Lowe (Testing for linearizability,
 * 2016), in his just-in-time form: the returns are gone through in the order of their times, and an
 * operation is put in the order only when one that returns now needs it. A state is how far the
 * search has come, the value now, and which of the operations under way are in the order already. A
 * state that was seen before is not looked at again.
 *
 * <p>Three things keep the states few, and lose no order. A read under way that fits is put in the
 * order at once. Writes that nobody noticed go along with the next write. Of operations that need
 * never happen and do the same, the oldest goes first: so a count says which have.
 */
final class OrderSearch {
  private static final int SLOTS_MAX = Long.SIZE;

  private final KeyHistory history;
  private final int statesMax;
  private final List<Return> returns = new ArrayList<>();

  /** Steps without an end, by what they do, each list in the order of the invocations. */
  private final List<List<Step>> endless = new ArrayList<>();

  private OrderSearch(KeyHistory history, int statesMax) {
    this.history = history;
    this.statesMax = statesMax;
  }

  /** What came of a search. */
  sealed interface Result {
    /** There is an order. */
    record Found() implements Result {}

    /**
     * There is none.
     *
     * @param at the first operation by whose return that is known
     */
    record Stuck(Operation at) implements Result {}

    /** Not known. */
    record GivenUp(String why) implements Result {}
  }

  /**
   * A moment at which a step must be in the order.
   *
   * @param under what is under way then, this step included
   * @param endlessInvoked of each kind of endless steps, how many have been invoked
   */
  private record Return(Slot own, List<Slot> under, List<Integer> endlessInvoked) {}

  /** What endless steps of one kind do. */
  private record Effect(Kind kind, int value) {}

  /** A step and its bit in the states. Bits are used again after the step's return. */
  private record Slot(Step step, long bit) {}

  /**
   * @param at the index of the return that is next
   * @param value after all that is in the order
   * @param placed the bits of what is under way and in the order
   * @param endlessPlaced how many of each kind of endless steps are in the order
   */
  private record State(int at, int value, long placed, List<Integer> endlessPlaced) {}

  /** The search is bounded: by so many states, and by 64 operations under way at a time. */
  static Result of(List<Operation> operations, int statesMax) {
    OrderSearch search = new OrderSearch(new KeyHistory(operations), statesMax);
    return search.prepare()
        ? search.search()
        : new Result.GivenUp("more than " + SLOTS_MAX + " operations under way");
  }

  private boolean prepare() {
    List<Step> bound = new ArrayList<>();
    Map<Effect, List<Step>> effects = new LinkedHashMap<>();
    for (Step step : history.steps()) {
      if (step.isBound()) {
        bound.add(step);
      } else {
        Effect effect = new Effect(step.kind(), step.value());
        effects.computeIfAbsent(effect, _ -> new ArrayList<>()).add(step);
      }
    }
    endless.addAll(effects.values());
    List<Step> byReturn = new ArrayList<>(bound);
    byReturn.sort(Comparator.comparingLong(Step::untilNanos));
    Deque<Step> coming = new ArrayDeque<>(bound);
    Map<Integer, Slot> under = new LinkedHashMap<>();
    long free = -1L;
    for (Step returning : byReturn) {
      while (!coming.isEmpty() && coming.getFirst().fromNanos() <= returning.untilNanos()) {
        if (free == 0) {
          return false;
        }
        Step next = coming.removeFirst();
        under.put(next.index(), new Slot(next, Long.lowestOneBit(free)));
        free &= free - 1;
      }
      List<Slot> now = List.copyOf(under.values());
      Slot own = Objects.requireNonNull(under.remove(returning.index()));
      returns.add(new Return(own, now, invoked(returning.untilNanos())));
      free |= own.bit();
    }
    return true;
  }

  private List<Integer> invoked(long byNanos) {
    return endless.stream()
        .map(alike -> (int) alike.stream().filter(one -> one.fromNanos() <= byNanos).count())
        .toList();
  }

  private Result search() {
    Deque<State> open = new ArrayDeque<>();
    Set<State> known = new HashSet<>();
    open.push(new State(0, KeyHistory.ABSENT, 0, Collections.nCopies(endless.size(), 0)));
    int furthest = 0;
    while (!open.isEmpty()) {
      State state = withReads(open.pop());
      if (state.at == returns.size()) {
        return new Result.Found();
      }
      if (known.size() == statesMax) {
        return new Result.GivenUp("more than " + statesMax + " states");
      }
      if (known.add(state)) {
        furthest = Math.max(furthest, state.at);
        // The one that returns is pushed last, so that it is tried first.
        pushEndless(state, open);
        pushUnder(state, open);
      }
    }
    return new Result.Stuck(returns.get(furthest).own.step.operation());
  }

  /** Goes on while nothing has to be chosen: over returns of what is in the order, and reads. */
  private State withReads(State state) {
    int at = state.at;
    long placed = state.placed;
    while (at < returns.size()) {
      Return next = returns.get(at);
      for (Slot slot : next.under) {
        if (slot.step.kind() == Kind.READ && slot.step.value() == state.value) {
          placed |= slot.bit;
        }
      }
      if ((placed & next.own.bit) == 0) {
        break;
      }
      placed &= ~next.own.bit;
      at++;
    }
    return new State(at, state.value, placed, state.endlessPlaced);
  }

  @SuppressWarnings("ReferenceEquality") // this very slot
  private void pushUnder(State state, Deque<State> open) {
    Return next = returns.get(state.at);
    for (Slot slot : next.under) {
      if (slot != next.own) {
        pushAfter(slot, state, open);
      }
    }
    pushAfter(next.own, state, open);
  }

  private void pushAfter(Slot slot, State state, Deque<State> open) {
    int value = history.after(state.value, slot.step);
    boolean reads = slot.step.kind() == Kind.READ;
    if ((state.placed & slot.bit) == 0 && !reads && value != KeyHistory.IMPOSSIBLE) {
      long placed = state.placed | slot.bit | unnoticed(state);
      open.push(new State(state.at, value, placed, state.endlessPlaced));
    }
  }

  private long unnoticed(State state) {
    long bits = 0;
    for (Slot slot : returns.get(state.at).under) {
      bits |= slot.step.unnoticed() ? slot.bit : 0;
    }
    return bits;
  }

  private void pushEndless(State state, Deque<State> open) {
    List<Integer> invoked = returns.get(state.at).endlessInvoked;
    for (int i = 0; i < endless.size(); i++) {
      int placed = state.endlessPlaced.get(i);
      int value = history.after(state.value, endless.get(i).getFirst());
      if (placed < invoked.get(i) && value != KeyHistory.IMPOSSIBLE) {
        List<Integer> more = new ArrayList<>(state.endlessPlaced);
        more.set(i, placed + 1);
        open.push(new State(state.at, value, state.placed | unnoticed(state), List.copyOf(more)));
      }
    }
  }
}
