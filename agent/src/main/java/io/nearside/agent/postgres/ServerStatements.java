package io.nearside.agent.postgres;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The prepared statements that one shared server connection holds, the least used first. On one
 * event loop.
 */
final class ServerStatements {
  private static final long OUTDATED = -1;

  private final int statementsMax;
  private final Map<Prepared, Long> held = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable Prepared unnamed;

  ServerStatements(int statementsMax) {
    this.statementsMax = statementsMax;
  }

  /** Whether it is there, parsed under this stamp. */
  boolean holds(Prepared statement, long stamp) {
    Long since = held.get(statement);
    return since != null && since == stamp;
  }

  /** Whether it is there, but may be planned for what is no more. */
  boolean holdsOutdated(Prepared statement) {
    return held.containsKey(statement);
  }

  void add(Prepared statement, long stamp) {
    held.put(statement, stamp);
  }

  /** It is there, and has to be closed before it is parsed again. */
  void addOutdated(Prepared statement) {
    held.put(statement, OUTDATED);
  }

  void remove(Prepared statement) {
    held.remove(statement);
  }

  /** One that has to go because there are too many; null when there are not. */
  @Nullable Prepared takeExcess() {
    if (held.size() <= statementsMax) {
      return null;
    }
    Prepared oldest = held.keySet().iterator().next();
    held.remove(oldest);
    return oldest;
  }

  /** What the unnamed statement is; null for none, or one that nobody may use. */
  @Nullable Prepared unnamed() {
    return unnamed;
  }

  void unnamed(@Nullable Prepared statement) {
    unnamed = statement;
  }

  /** The server has forgotten all (DISCARD ALL, DEALLOCATE ALL). */
  void clear() {
    held.clear();
  }

  int size() {
    return held.size();
  }
}
