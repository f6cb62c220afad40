package io.nearside.agent.postgres.sql;

import java.util.List;
import java.util.stream.Collectors;

/** Effects as the table of statements writes them. */
final class Effects {
  private Effects() {}

  static String text(List<Effect> effects) {
    return effects.isEmpty()
        ? "-"
        : effects.stream().map(Effects::text).collect(Collectors.joining(";")).replace(' ', '~');
  }

  private static String text(Effect effect) {
    return switch (effect) {
      case Effect.Pin pin -> "pin(" + pin.reason().label() + ")";
      case Effect.Unpin unpin -> "unpin(" + unpin.reason().label() + ")";
      case Effect.SetParameter set ->
          (set.local() ? "setlocal(" : "set(") + set.name() + "=" + set.value() + ")";
      case Effect.ResetParameter reset -> "reset(" + reset.name() + ")";
      case Effect.ResetAll _ -> "reset-all";
      case Effect.DiscardAll _ -> "discard-all";
      case Effect.DiscardTemp _ -> "discard-temp";
      case Effect.DeallocateAll _ -> "deallocate-all";
      case Effect.Deallocate d -> "deallocate(" + d.name() + "@" + d.from() + "-" + d.to() + ")";
      case Effect.ExecuteNamed e -> "execute(" + e.name() + "@" + e.from() + "-" + e.to() + ")";
      case Effect.PrepareNamed p -> "prepare(" + p.name() + "@" + p.from() + "-" + p.to() + ")";
      case Effect.Savepoint s -> "savepoint(" + s.name() + ")";
      case Effect.Release r -> "release(" + r.name() + ")";
      case Effect.RolledBackTo r -> "rollback-to(" + r.name() + ")";
      case Effect.CatalogChange _ -> "catalog";
    };
  }
}
