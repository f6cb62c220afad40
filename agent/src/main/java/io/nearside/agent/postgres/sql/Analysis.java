package io.nearside.agent.postgres.sql;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the text of a simple Query or of a Parse says. In all strings a char is a byte of the text
 * (ISO-8859-1), whatever its encoding: what is not ASCII is only good for being sent again.
 *
 * @param kinds one per statement of the text, empty ones left out; a text without any has the one
 *     kind EMPTY
 * @param exact whether the text was understood; if not, {@code kinds} and all else say nothing, and
 *     the effects are a pin
 * @param effects in the order of the text
 * @param calls of READ, EXPLAIN_READ and COPY_TO: the distinct names before a parenthesis, folded,
 *     the last part of a qualified name, without keyword constructs
 * @param identifiers of the same: all other distinct names, folded, without reserved words
 * @param operators of the same: the distinct operators
 * @param begins what BEGIN, START TRANSACTION or SET TRANSACTION says, null without any
 */
public record Analysis(
    List<StatementKind> kinds,
    boolean exact,
    Hint hint,
    List<Effect> effects,
    List<String> calls,
    List<String> identifiers,
    List<String> operators,
    @Nullable TransactionModes begins) {

  /** A text that can not be read, for instance because of its encoding. */
  public static final Analysis OPAQUE =
      new Analysis(
          List.of(StatementKind.OTHER),
          false,
          Hint.NONE,
          List.of(new Effect.Pin(PinReason.UNKNOWN)),
          List.of(),
          List.of(),
          List.of(),
          null);

  public Analysis {
    kinds = List.copyOf(kinds);
    effects = List.copyOf(effects);
    calls = List.copyOf(calls);
    identifiers = List.copyOf(identifiers);
    operators = List.copyOf(operators);
  }

  /** Whether the text is at most one statement. */
  public boolean isSingle() {
    return kinds.size() == 1;
  }

  /** The kind of the only, or else of the first, statement. */
  public StatementKind kind() {
    return kinds.getFirst();
  }

  /** Whether any statement is of this kind. */
  public boolean has(StatementKind kind) {
    return kinds.contains(kind);
  }

  /** Whether some statement pins. */
  public boolean pins() {
    return effects.stream().anyMatch(effect -> effect instanceof Effect.Pin);
  }
}
