package io.nearside.agent.postgres;

import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.SqlState;
import org.jspecify.annotations.Nullable;

/**
 * The errors that a client would not have had from one server alone, by the reason under which they
 * are counted when the sidecar heals them. Only where the client has seen nothing of the answer.
 */
final class Healing {
  /** A replica was asked for what only the primary may do (25006, or 0A000 "during recovery"). */
  static final String READ_ONLY = "read-only";

  /** A replica's replay needed what the query read. */
  static final String CONFLICT = "replica-conflict";

  static final String SHUTDOWN = "shutdown";

  /** A plan that was made on another client's account does not fit any more. */
  static final String STALE_PLAN = "stale-plan";

  /** The connection to a replica broke. */
  static final String LOST = "connection-lost";

  private Healing() {}

  /** Why a read that failed on a replica is asked again of the primary; null if it is not. */
  static @Nullable String onReplica(ErrorFields error) {
    if (error.is(SqlState.READ_ONLY_TRANSACTION)) {
      return READ_ONLY;
    }
    if (error.is(SqlState.SERIALIZATION_FAILURE)) {
      return CONFLICT;
    }
    if (error.is(SqlState.ADMIN_SHUTDOWN)
        || error.is(SqlState.CRASH_SHUTDOWN)
        || error.is(SqlState.CANNOT_CONNECT_NOW)) {
      return SHUTDOWN;
    }
    if (error.is(SqlState.FEATURE_NOT_SUPPORTED)) {
      // A changed plan, or relations that are not there during recovery: either is the primary's.
      return isStalePlan(error) ? STALE_PLAN : READ_ONLY;
    }
    return null;
  }

  /** Why a batch that failed on the primary is sent again, parsed anew; null if it is not. */
  static @Nullable String onPrimary(ErrorFields error) {
    return isStalePlan(error) ? STALE_PLAN : null;
  }

  /** The routine's name does not depend on the server's language. */
  private static boolean isStalePlan(ErrorFields error) {
    return error.is(SqlState.FEATURE_NOT_SUPPORTED)
        && "RevalidateCachedQuery".equals(error.get('R'));
  }
}
