package io.nearside.agent.postgres;

import io.nearside.agent.postgres.upstream.Positions;
import io.nearside.agent.postgres.upstream.Server;
import io.nearside.cluster.InvalidationBus;
import io.nearside.config.TokenScope;
import org.jspecify.annotations.Nullable;

/**
 * Positions in the primary's log that replicas must have replayed before they may serve reads: of
 * one session's writes, of this sidecar's, of the fleet's. A position holds on its timeline only: a
 * promotion voids it. Where a position can not be known (a connection was lost behind a write, the
 * bus had a gap) the primary serves until it has been asked anew. On the event loop.
 */
final class Tokens {
  /** Behind a write, on the same connection: covers it whatever synchronous_commit is. */
  static final String POSITION_QUERY =
      "/* nearside */ SELECT pg_catalog.pg_current_wal_insert_lsn()";

  private final InvalidationBus bus;
  private final PostgresLoop loop;
  private long podPosition;
  private int podTimeline;
  // Of the last primary that was known, and what had been written when it was first seen.
  private int seenTimeline = -1;
  private long seenPosition;
  // Moves when something can have been written that is not known here.
  private long unknowns;
  private long resolved;

  Tokens(PostgresLoop loop, InvalidationBus bus) {
    this.loop = loop;
    this.bus = bus;
  }

  private static final String UNKNOWN_STREAM = "postgres-unknown:";

  static String replayedQuery(long position) {
    return "/* nearside */ SELECT pg_catalog.pg_last_wal_replay_lsn() >= '"
        + Positions.format(position)
        + "'";
  }

  /**
   * The timeline of the primary, or of the last one while there is none: then nothing is written,
   * and what was has to be seen still.
   */
  private int timeline() {
    Server primary = loop.servers().primary();
    if (primary != null && primary.timeline() != seenTimeline) {
      seenTimeline = primary.timeline();
      // Voids what was on older timelines: whatever of it has survived lies before this.
      seenPosition = Math.max(0, primary.token(Math.max(0, primary.flushPosition())));
    }
    return seenTimeline;
  }

  /** Whether a replica may be asked at all: what it must have replayed is known. */
  boolean isKnown(TokenScope scope, SessionState state) {
    int now = timeline();
    if (now < 0) {
      // There was no primary yet: what peers have told is all that is known.
      now = podTimeline;
    }
    return switch (scope) {
      case OFF -> true;
      case SESSION -> !state.isTokenUnknown();
      case POD -> !state.isTokenUnknown() && resolved == unknowns && podTimeline <= now;
      case CLUSTER ->
          !state.isTokenUnknown() && resolved == unknowns && podTimeline <= now && isFresh();
    };
  }

  private boolean isFresh() {
    long until = bus.freshUntilNanos();
    return until == Long.MAX_VALUE || until - System.nanoTime() > 0;
  }

  /** What a replica must have replayed; 0 for nothing. */
  long needed(TokenScope scope, SessionState state) {
    int now = timeline();
    return switch (scope) {
      case OFF -> 0;
      case SESSION -> ownPosition(state, now);
      case POD, CLUSTER ->
          Math.max(
              Math.max(ownPosition(state, now), seenPosition),
              podTimeline == now ? podPosition : 0);
    };
  }

  private long ownPosition(SessionState state, int now) {
    return state.hasOlderToken(now) ? seenPosition : state.token(now);
  }

  /** For {@link #written}: what was unknown before this moment is covered. */
  long mark() {
    return unknowns;
  }

  /**
   * The position behind a write was answered.
   *
   * @param text as the server writes it; null when it can not be known
   * @param mark of the moment when it was asked
   */
  void written(
      TokenScope scope, SessionState state, Server primary, @Nullable String text, long mark) {
    if (text == null) {
      state.tokenUnknown();
      if (scope == TokenScope.POD || scope == TokenScope.CLUSTER) {
        unknowns++;
      }
      if (scope == TokenScope.CLUSTER) {
        // The write may have been acknowledged: peers must not take what they know for all.
        bus.publishPosition(unknownStream(primary), primary.timeline(), unknowns);
      }
      return;
    }
    long position = primary.token(Positions.parse(text));
    int on = primary.timeline();
    state.token(position, on);
    advance(on, position);
    if (mark == unknowns) {
      resolved = unknowns;
    }
    if (scope == TokenScope.CLUSTER) {
      bus.publishPosition(stream(primary), on, position);
    }
  }

  private void advance(int on, long position) {
    if (on > podTimeline || (on == podTimeline && position > podPosition)) {
      podTimeline = on;
      podPosition = position;
    }
  }

  private static String stream(Server primary) {
    return "postgres:" + Long.toUnsignedString(primary.systemIdentifier());
  }

  /** Says, in the place of a position, that one is not known; its number counts them. */
  private static String unknownStream(Server primary) {
    return UNKNOWN_STREAM + Long.toUnsignedString(primary.systemIdentifier());
  }

  /** A peer's client has written. */
  void heard(String stream, long on, long position) {
    Server primary = loop.servers().primary();
    if (stream.startsWith(UNKNOWN_STREAM)) {
      // What was written on an older timeline lies before what this one began with.
      if ((primary == null || stream.equals(unknownStream(primary))) && on >= seenTimeline) {
        missed();
      }
    } else if (primary == null || stream.equals(stream(primary))) {
      advance((int) on, position);
    }
  }

  /** Something can have been written that was not heard of. */
  void missed() {
    unknowns++;
  }

  boolean isUnknown(TokenScope scope, SessionState state) {
    return scope != TokenScope.OFF && !isKnown(scope, state);
  }
}
