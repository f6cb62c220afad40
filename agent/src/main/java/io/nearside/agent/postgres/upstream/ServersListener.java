package io.nearside.agent.postgres.upstream;

import org.jspecify.annotations.Nullable;

/**
 * What the data plane must know at once; called on the context of the {@link Servers}, which have
 * the new state already.
 */
public interface ServersListener {
  /**
   * Another server is the primary, or none is, or it writes another timeline. Where {@link
   * Servers#generation} has moved, tokens are void.
   */
  void primaryChanged(@Nullable Server before, @Nullable Server now);

  /** A server became what it was not; also when it must not be used any more. */
  void roleChanged(Server server, ServerRole before);

  /** A server can not be reached any more: whatever is open to it is best closed. */
  void unreachable(Server server);

  /** It can be reached (again). */
  void reachable(Server server);
}
