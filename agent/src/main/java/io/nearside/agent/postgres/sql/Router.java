package io.nearside.agent.postgres.sql;

import org.jspecify.annotations.Nullable;

/**
 * Decides where a text runs that is sent outside of a transaction (or that begins one). Unknown
 * means primary.
 *
 * <p>A hint or a policy that says replica is stronger than all doubts of the catalog, so it can
 * send a function there that the replica will refuse; it is not stronger than what the text shows
 * by itself: several statements, a write, a lock, a function like nextval, something left in the
 * session. A hint is stronger than a policy.
 */
public final class Router {
  private Router() {}

  public static Decision decide(Analysis analysis, FunctionCatalog catalog, RoutePolicy policy) {
    Hint hint = policy.hints() ? analysis.hint() : Hint.NONE;
    if (!analysis.exact()) {
      return Decision.primary("the text can not be read exactly", "not-exact");
    }
    if (!analysis.isSingle()) {
      return Decision.primary(
          "the text has " + analysis.kinds().size() + " statements", "multiple");
    }
    return switch (analysis.kind()) {
      case READ, EXPLAIN_READ, COPY_TO -> read(analysis, catalog, policy, hint);
      case BEGIN -> begin(analysis, policy, hint);
      case SHOW -> show(policy, hint);
      case WRITE -> Decision.primary("the statement writes or locks rows", "write");
      case DDL -> Decision.primary("the statement is DDL", "write");
      case COPY_FROM -> Decision.primary("COPY FROM writes", "write");
      case CALL, DO -> Decision.primary("what a procedure or DO does can not be seen", "function");
      case EMPTY -> Decision.primary("there is no statement", "other");
      case COMMIT, ROLLBACK, SAVEPOINT, RELEASE, ROLLBACK_TO, TWO_PHASE ->
          Decision.primary("the statement is part of a transaction", "transaction");
      case SET,
          RESET,
          PREPARE,
          EXECUTE,
          DEALLOCATE,
          DISCARD,
          LISTEN,
          UNLISTEN,
          DECLARE,
          FETCH,
          CLOSE ->
          Decision.primary("the statement is about the session's own state", "session");
      case NOTIFY, LOCK, OTHER ->
          Decision.primary("statements of this kind run on the primary", "other");
    };
  }

  private static Decision read(
      Analysis analysis, FunctionCatalog catalog, RoutePolicy policy, Hint hint) {
    if (analysis.pins()) {
      return Decision.primary("the statement leaves something in the session", "session");
    }
    Decision asked = asked(policy, hint);
    if (asked != null) {
      if (asked.target() == Decision.Target.REPLICA) {
        for (String call : analysis.calls()) {
          if (ServerKnowledge.isWriter(call)) {
            return Decision.primary(verb(analysis) + " calls " + call + ", which writes", "write");
          }
        }
      }
      return asked;
    }
    if (!catalog.isLoaded()) {
      return Decision.primary("the catalog is not loaded yet", "catalog");
    }
    Doubt doubt = catalog.doubt(analysis);
    return doubt == null
        ? Decision.replica(verb(analysis) + " only reads", "read")
        : Decision.primary(verb(analysis) + " " + doubt.reason(), doubt.label());
  }

  private static String verb(Analysis analysis) {
    return switch (analysis.kind()) {
      case COPY_TO -> "COPY";
      case EXPLAIN_READ -> "EXPLAIN";
      default -> "SELECT";
    };
  }

  /** What hint or policy say, or null. */
  private static @Nullable Decision asked(RoutePolicy policy, Hint hint) {
    return switch (hint) {
      case PRIMARY -> Decision.primary("a comment asks for the primary", "hint");
      case REPLICA -> Decision.replica("a comment asks for a replica", "hint");
      case NONE ->
          switch (policy.mode()) {
            case PRIMARY -> Decision.primary("the policy asks for the primary", "policy");
            case REPLICA -> Decision.replica("the policy asks for a replica", "policy");
            case AUTO -> null;
          };
    };
  }

  /**
   * A transaction that is READ ONLY from its first statement on may run on a replica, whatever it
   * reads; but no replica can do SERIALIZABLE. Where the session's default isolation is
   * SERIALIZABLE and BEGIN does not name one, the replica refuses it (0A000): the caller, who may
   * know the default, asks again on the primary.
   */
  private static Decision begin(Analysis analysis, RoutePolicy policy, Hint hint) {
    TransactionModes modes = analysis.begins();
    if (modes == null || !Boolean.TRUE.equals(modes.readOnly())) {
      return Decision.primary("the transaction is not READ ONLY", "transaction");
    }
    if (modes.isolation() == Isolation.SERIALIZABLE) {
      return Decision.primary("no replica can do SERIALIZABLE", "transaction");
    }
    Decision asked = asked(policy, hint);
    return asked == null ? Decision.replica("the transaction is READ ONLY", "transaction") : asked;
  }

  private static Decision show(RoutePolicy policy, Hint hint) {
    Decision asked = asked(policy, hint);
    return hint == Hint.REPLICA && asked != null
        ? asked
        : Decision.primary("settings are the server's own", "session");
  }
}
