package io.nearside.agent.redis;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The scopes in use, each once. Safe from any thread; bounded: a client beyond the limit keeps a
 * connection of its own.
 */
final class Scopes {
  /** Users times protocols times databases that one sidecar shares connections for. */
  static final int SCOPES_MAX = 1024;

  private record Name(Scope.@Nullable Credentials credentials, int protocol, int database) {}

  private final ConcurrentHashMap<Name, Scope> scopes = new ConcurrentHashMap<>();

  /** Those there are now. */
  List<Scope> all() {
    return List.copyOf(scopes.values());
  }

  /** The one scope of these values, or null when there are too many. */
  @Nullable Scope of(Scope.@Nullable Credentials credentials, int protocol, int database) {
    var name = new Name(credentials, protocol, database);
    Scope scope = scopes.get(name);
    if (scope != null) {
      return scope;
    }
    synchronized (this) {
      if (scopes.size() >= SCOPES_MAX) {
        return scopes.get(name);
      }
      return scopes.computeIfAbsent(
          name, n -> new Scope(scopes.size() + 1, credentials, protocol, database));
    }
  }
}
