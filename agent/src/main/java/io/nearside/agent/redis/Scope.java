package io.nearside.agent.redis;

import org.jspecify.annotations.Nullable;

/**
 * What must be equal for two clients to share an upstream connection, and a cached reply: who they
 * are, which protocol they speak and which database they use.
 *
 * @param id small number, unique in the process; names the scope in the near-cache
 * @param credentials null for a client that has not logged in
 * @param protocol 2 or 3
 */
record Scope(int id, @Nullable Credentials credentials, int protocol, int database) {

  /** What a client logged in with; the password is needed to connect again. */
  record Credentials(String username, String password) {
    @Override
    public String toString() {
      return username + ":***";
    }
  }

  boolean resp3() {
    return protocol == 3;
  }
}
