package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.PinReason;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Why a session keeps its server connection, and since when. On the event loop. */
final class Pins {
  private final Map<PinReason, Long> since = new EnumMap<>(PinReason.class);
  private @Nullable FaceCounters counters;
  private LongSupplier clock = System::nanoTime;

  /** From here on, what begins and ends is counted. */
  void countIn(FaceCounters face, LongSupplier nanoClock) {
    counters = face;
    clock = nanoClock;
  }

  /** Whether it is new. */
  boolean add(PinReason reason, long now) {
    boolean begins = since.putIfAbsent(reason, now) == null;
    if (begins && counters != null) {
      counters.pinned(reason.label());
    }
    return begins;
  }

  void remove(PinReason reason) {
    Long began = since.remove(reason);
    if (began != null && counters != null) {
      counters.unpinned(reason.label(), clock.getAsLong() - began);
    }
  }

  /** Removes all, or all but one. */
  void clear(@Nullable PinReason but) {
    for (PinReason reason : List.copyOf(since.keySet())) {
      if (reason != but) {
        remove(reason);
      }
    }
  }

  boolean contains(PinReason reason) {
    return since.containsKey(reason);
  }

  boolean isEmpty() {
    return since.isEmpty();
  }

  int size() {
    return since.size();
  }

  /** Their labels. */
  void each(Consumer<PinReason> action) {
    since.keySet().forEach(action);
  }

  /** For how long one has been there; nanoseconds. */
  long heldNanos(PinReason reason) {
    Long began = since.get(reason);
    return began == null ? 0 : Math.max(0, clock.getAsLong() - began);
  }

  List<String> labels() {
    return since.keySet().stream().map(PinReason::label).toList();
  }
}
