package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.SqlState;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What people do to the pools: pause, resume, reconnect, kill, resize, refuse clients. Holds for
 * pools that are made later, too. A null database means all. On the event loop.
 */
final class Operator {
  private static final long DRAIN_STEP_MILLIS = 20;

  private final PostgresLoop loop;
  private final Set<String> paused = new HashSet<>();
  private final Set<String> disabled = new HashSet<>();
  private final Map<PoolKey, Integer> resized = new HashMap<>();
  private boolean allPaused;

  Operator(PostgresLoop loop) {
    this.loop = loop;
  }

  /** What was said before holds for a new pool. */
  void adopt(Pool pool) {
    if (isPaused(pool.key().database())) {
      pool.pause();
    }
    Integer max = resized.get(pool.key());
    if (max != null) {
      pool.resize(max);
    }
  }

  boolean isPaused(String database) {
    return allPaused || paused.contains(database);
  }

  boolean isPaused() {
    return allPaused;
  }

  /** Whether new clients of it are refused. */
  boolean isDisabled(String database) {
    return disabled.contains(database);
  }

  Set<String> disabled() {
    return disabled;
  }

  Set<String> paused() {
    return paused;
  }

  /** Lends no more; connections close as they become free. */
  void pause(@Nullable String database) {
    if (database == null) {
      allPaused = true;
    } else {
      paused.add(database);
    }
    for (Pool pool : pools(database)) {
      pool.pause();
      pool.reconnect();
    }
  }

  /**
   * Lends again.
   *
   * @return whether anything was paused
   */
  boolean resume(@Nullable String database) {
    boolean was = database == null ? allPaused || !paused.isEmpty() : isPaused(database);
    if (database == null) {
      allPaused = false;
      paused.clear();
    } else {
      paused.remove(database);
    }
    for (Pool pool : pools(database)) {
      if (!isPaused(pool.key().database())) {
        pool.resume();
      }
    }
    return was;
  }

  /** Whether no connection is left. */
  boolean isEmpty(@Nullable String database) {
    return pools(database).stream().allMatch(pool -> pool.total() == 0);
  }

  /** Replaces all connections as they become free. */
  void reconnect(@Nullable String database) {
    pools(database).forEach(Pool::reconnect);
  }

  /** Whether no connection is left that {@link #reconnect} has replaced. */
  boolean isReconnected(@Nullable String database) {
    return pools(database).stream()
        .flatMap(pool -> pool.connections().stream())
        .noneMatch(ServerConnection::isRetired);
  }

  /** Drops clients and connections; clients that come again wait until it is resumed. */
  void kill(String database) {
    paused.add(database);
    pools(database).forEach(Pool::pause);
    for (Session session : List.copyOf(loop.sessions())) {
      Conversation talk = session.conversation();
      if (talk != null && talk.key().database().equals(database)) {
        session.fatal(
            ErrorFields.fatal(
                SqlState.ADMIN_SHUTDOWN, "terminating connection due to administrator command"),
            DisconnectReason.DRAIN);
      }
    }
    pools(database).forEach(pool -> pool.closeAll(DisconnectReason.RETIRED));
  }

  void disable(String database) {
    disabled.add(database);
  }

  void enable(String database) {
    disabled.remove(database);
  }

  /**
   * Another maximum until the next start.
   *
   * @param max 0 for what the configuration says
   * @return whether there is such a pool
   */
  boolean resize(PoolKey key, int max) {
    List<Pool> all = pools(pool -> pool.key().equals(key));
    if (all.isEmpty()) {
      return false;
    }
    if (max == 0) {
      resized.remove(key);
    } else {
      resized.put(key, max);
    }
    all.forEach(pool -> pool.resize(max));
    return true;
  }

  /** Refuses new clients, and closes the others as their transactions end; for good. */
  void drain() {
    loop.drain();
    if (!loop.sessions().isEmpty()) {
      loop.after(DRAIN_STEP_MILLIS, this::drain);
    }
  }

  /** Whether a pool, or a client, is of this database. */
  boolean isKnown(String database) {
    return !pools(database).isEmpty() || paused.contains(database) || isDisabled(database);
  }

  private List<Pool> pools(@Nullable String database) {
    return pools(pool -> database == null || pool.key().database().equals(database));
  }

  private List<Pool> pools(Predicate<Pool> which) {
    return loop.pools().stream().filter(which).toList();
  }
}
