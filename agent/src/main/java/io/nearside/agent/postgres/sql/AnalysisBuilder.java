package io.nearside.agent.postgres.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what the readers of a text's statements find. */
final class AnalysisBuilder {
  private final List<StatementKind> kinds = new ArrayList<>();
  private final List<Effect> effects = new ArrayList<>();
  private final Names calls = new Names();
  private final Names identifiers = new Names();
  private final Names operators = new Names();
  private @Nullable TransactionModes begins;

  void kind(StatementKind kind) {
    kinds.add(kind);
  }

  void effect(Effect effect) {
    effects.add(effect);
  }

  void pin(PinReason reason) {
    Effect pin = new Effect.Pin(reason);
    if (effects.isEmpty() || !effects.getLast().equals(pin)) {
      effects.add(pin);
    }
  }

  void unpin(PinReason reason) {
    effects.add(new Effect.Unpin(reason));
  }

  /** The modes of a BEGIN, or of a SET TRANSACTION behind one. */
  void begins(TransactionModes modes) {
    TransactionModes before = begins == null ? TransactionModes.NONE : begins;
    begins =
        new TransactionModes(
            modes.readOnly() == null ? before.readOnly() : modes.readOnly(),
            modes.isolation() == null ? before.isolation() : modes.isolation(),
            modes.deferrable() == null ? before.deferrable() : modes.deferrable(),
            modes.snapshot() || before.snapshot());
  }

  void call(String name) {
    calls.add(name);
  }

  void identifier(String name) {
    identifiers.add(name);
  }

  void operator(String symbol) {
    operators.add(symbol);
  }

  /** For a query that turns out to write. */
  void dropNames() {
    calls.clear();
    identifiers.clear();
    operators.clear();
  }

  /** For an EXPLAIN that does not run its statement: what was found behind it does not happen. */
  int effectCount() {
    return effects.size();
  }

  void dropEffectsFrom(int count) {
    for (int i = effects.size() - 1; i >= count; i--) {
      if (!(effects.get(i) instanceof Effect.ExecuteNamed)) {
        effects.remove(i);
      }
    }
  }

  Analysis build(Hint hint) {
    return new Analysis(
        kinds.isEmpty() ? List.of(StatementKind.EMPTY) : kinds,
        true,
        hint,
        effects,
        calls.list(),
        identifiers.list(),
        operators.list(),
        begins);
  }
}
