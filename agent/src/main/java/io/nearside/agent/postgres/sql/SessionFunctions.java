package io.nearside.agent.postgres.sql;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Functions whose call leaves something with the session. Those that call them are not seen. */
final class SessionFunctions {
  private static final Map<String, PinReason> PINS =
      Map.ofEntries(
          Map.entry("pg_advisory_lock", PinReason.ADVISORY_LOCK),
          Map.entry("pg_advisory_lock_shared", PinReason.ADVISORY_LOCK),
          Map.entry("pg_try_advisory_lock", PinReason.ADVISORY_LOCK),
          Map.entry("pg_try_advisory_lock_shared", PinReason.ADVISORY_LOCK),
          Map.entry("setseed", PinReason.UNTRACKED_SET),
          // pg_trgm
          Map.entry("set_limit", PinReason.UNTRACKED_SET),
          Map.entry("pg_backup_start", PinReason.SESSION_FUNCTION),
          Map.entry("pg_start_backup", PinReason.SESSION_FUNCTION),
          // Slots may be temporary: they end with their session.
          Map.entry("pg_create_logical_replication_slot", PinReason.SESSION_FUNCTION),
          Map.entry("pg_create_physical_replication_slot", PinReason.SESSION_FUNCTION),
          Map.entry("pg_copy_logical_replication_slot", PinReason.SESSION_FUNCTION),
          Map.entry("pg_copy_physical_replication_slot", PinReason.SESSION_FUNCTION),
          Map.entry("pg_replication_origin_session_setup", PinReason.SESSION_FUNCTION),
          Map.entry("dblink_connect", PinReason.SESSION_FUNCTION),
          Map.entry("dblink_connect_u", PinReason.SESSION_FUNCTION));

  private SessionFunctions() {}

  static @Nullable PinReason pin(String name) {
    return PINS.get(name);
  }

  /** Adds the pins of the calls in a statement's tokens. */
  static void find(Tokens tokens, int from, int to, AnalysisBuilder into) {
    if (!tokens.hasParentheses()) {
      return;
    }
    for (int i = from; i < to - 1; i++) {
      if (!tokens.isName(i) || !tokens.is(i + 1, '(')) {
        continue;
      }
      String name = tokens.name(i);
      PinReason reason = pin(name);
      if (reason != null) {
        into.pin(reason);
      } else if (name.equals("set_config") && !isLocal(tokens, i + 1, to)) {
        into.pin(PinReason.UNTRACKED_SET);
      }
    }
    if (releasesAllLocks(tokens, from, to)) {
      into.effect(new Effect.Unpin(PinReason.ADVISORY_LOCK));
    }
  }

  /** Whether set_config's last argument is the word true. */
  private static boolean isLocal(Tokens tokens, int open, int to) {
    int depth = 0;
    for (int i = open; i < to; i++) {
      if (tokens.is(i, '(')) {
        depth++;
      } else if (tokens.is(i, ')') && --depth == 0) {
        return tokens.is(i - 1, "true") && tokens.is(i - 2, ',');
      }
    }
    return false;
  }

  /** Only where the call certainly happens: {@code SELECT pg_advisory_unlock_all()} and no more. */
  private static boolean releasesAllLocks(Tokens tokens, int from, int to) {
    int call = tokens.is(from + 1, "pg_catalog") && tokens.is(from + 2, '.') ? from + 3 : from + 1;
    return tokens.is(from, "select")
        && tokens.is(call, "pg_advisory_unlock_all")
        && tokens.is(call + 1, '(')
        && tokens.is(call + 2, ')')
        && to == call + 3;
  }
}
