package io.nearside.agent.postgres;

import org.jspecify.annotations.Nullable;

/**
 * One reply that a server connection owes, in the order of what was sent to it: a message of the
 * extended protocol, or a whole simple query or function call. Immutable.
 *
 * @param kind what was sent
 * @param forward whether the reply is the client's; else it is swallowed
 * @param effect what follows from it; null for nothing
 * @param bytes for {@link Kind#SYNTHETIC}: what the client gets in the server's stead
 * @param own for a query of ours: who reads its answer
 */
@SuppressWarnings("ArrayRecordComponent") // identity is never asked for
record Expected(
    Kind kind,
    boolean forward,
    @Nullable Effect effect,
    byte @Nullable [] bytes,
    @Nullable OwnQuery own) {

  enum Kind {
    PARSE,
    BIND,
    DESCRIBE_STATEMENT,
    DESCRIBE_PORTAL,
    EXECUTE,
    CLOSE,
    SYNC,
    QUERY,
    FUNCTION_CALL,
    /** Nothing was sent: the client is answered when everything before it is. */
    SYNTHETIC,
    /** The client's CopyDone or CopyFail, which has no reply of its own. */
    COPY_END
  }

  /** What follows when a message was obeyed, or was skipped after an error before it. */
  interface Effect {
    void completed();

    void skipped();
  }

  static final Expected BIND = forwarded(Kind.BIND);
  static final Expected DESCRIBE_STATEMENT = forwarded(Kind.DESCRIBE_STATEMENT);
  static final Expected DESCRIBE_PORTAL = forwarded(Kind.DESCRIBE_PORTAL);
  static final Expected EXECUTE = forwarded(Kind.EXECUTE);
  static final Expected CLOSE = forwarded(Kind.CLOSE);
  static final Expected SYNC = forwarded(Kind.SYNC);
  static final Expected QUERY = forwarded(Kind.QUERY);
  static final Expected FUNCTION_CALL = forwarded(Kind.FUNCTION_CALL);
  static final Expected COPY_END = new Expected(Kind.COPY_END, false, null, null, null);

  private static Expected forwarded(Kind kind) {
    return new Expected(kind, true, null, null, null);
  }

  static Expected parse(boolean forward, @Nullable Effect effect) {
    return new Expected(Kind.PARSE, forward, effect, null, null);
  }

  static Expected swallowedClose(@Nullable Effect effect) {
    return new Expected(Kind.CLOSE, false, effect, null, null);
  }

  static Expected close(@Nullable Effect effect) {
    return new Expected(Kind.CLOSE, true, effect, null, null);
  }

  static Expected synthetic(byte[] bytes, @Nullable Effect effect) {
    return new Expected(Kind.SYNTHETIC, true, effect, bytes, null);
  }

  static Expected own(OwnQuery query) {
    return new Expected(Kind.QUERY, false, null, null, query);
  }

  /** Whether its last reply is ReadyForQuery. */
  boolean endsReady() {
    return kind == Kind.SYNC || kind == Kind.QUERY || kind == Kind.FUNCTION_CALL;
  }
}
