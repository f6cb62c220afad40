package io.nearside.agent.postgres.auth;

import org.jspecify.annotations.Nullable;

/**
 * What the query for a user's secret answers (as PgBouncer's {@code auth_query}): a row of name and
 * secret, or none.
 */
public final class AuthQuery {
  /** With the user as its one parameter; an expired password lets nobody in. */
  public static final String DEFAULT =
      "SELECT rolname, CASE WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END"
          + " FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin";

  private AuthQuery() {}

  /**
   * The secret in a row.
   *
   * @param asked the user that was asked for
   * @param name the row's first column
   * @param secret the row's second column; null or empty: no password lets this user in
   * @throws AuthFailure the row is another user's, or its secret can not be used
   */
  public static UserSecret secretOf(String asked, @Nullable String name, @Nullable String secret)
      throws AuthFailure {
    if (!asked.equals(name)) {
      throw new AuthFailure(
          AuthFailure.Reason.STORED_SECRET, "the auth query answers for another user");
    }
    return UserSecret.of(asked, secret);
  }
}
