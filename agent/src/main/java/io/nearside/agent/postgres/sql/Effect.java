package io.nearside.agent.postgres.sql;

/**
 * What a statement changes in its session when it succeeds. Byte ranges are absolute in the text.
 */
public sealed interface Effect {
  record Pin(PinReason reason) implements Effect {}

  record Unpin(PinReason reason) implements Effect {}

  /**
   * A parameter gets a value.
   *
   * @param name in lower case
   * @param value the text behind TO or =, as written: {@code SET name TO value} says it again
   * @param local until the end of the transaction only
   */
  record SetParameter(String name, String value, boolean local) implements Effect {}

  /** A parameter goes back to the session's initial value (not only for the transaction). */
  record ResetParameter(String name) implements Effect {}

  /** RESET ALL; an unpin of {@link PinReason#UNTRACKED_SET} follows. */
  record ResetAll() implements Effect {}

  /** DISCARD ALL: nothing is left of the session's state; all pins by statements go with it. */
  record DiscardAll() implements Effect {}

  record DiscardTemp() implements Effect {}

  /** DEALLOCATE ALL: protocol-level statements go too; an unpin of SQL_PREPARE follows. */
  record DeallocateAll() implements Effect {}

  /** DEALLOCATE of one statement, which may be a protocol-level one: the name is at from..to. */
  record Deallocate(String name, int from, int to) implements Effect {}

  /** EXECUTE of a statement, which may be a protocol-level one: the name is at from..to. */
  record ExecuteNamed(String name, int from, int to) implements Effect {}

  /** PREPARE makes a statement of this name in the same space as protocol-level ones. */
  record PrepareNamed(String name, int from, int to) implements Effect {}

  record Savepoint(String name) implements Effect {}

  record Release(String name) implements Effect {}

  record RolledBackTo(String name) implements Effect {}

  /** DDL that may change functions, views, operators, relations' kinds or policies. */
  record CatalogChange() implements Effect {}
}
