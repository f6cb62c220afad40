package io.nearside.agent.postgres.upstream;

import org.jspecify.annotations.Nullable;

/**
 * A row of the query for stored passwords.
 *
 * @param name the user that the row is about; whoever asked for another must not use it
 * @param password as {@code pg_authid} has it; null for none
 */
public record StoredPassword(@Nullable String name, @Nullable String password) {
  /** Without the password. */
  @Override
  public String toString() {
    return "StoredPassword[name=" + name + "]";
  }
}
