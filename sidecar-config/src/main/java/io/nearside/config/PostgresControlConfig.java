package io.nearside.config;

/**
 * The user by which the sidecar itself asks the servers: roles, lag, the catalog of functions, the
 * connection budget.
 */
public record PostgresControlConfig(
    @Setting(doc = "Its name; best a member of `pg_monitor`.", byDefault = "") String username,
    @Setting(doc = "Its password.", byDefault = "") Secret password,
    @Setting(doc = "Where it connects to watch roles and lag.", byDefault = "postgres")
        String database) {

  public PostgresControlConfig {
    Check.of(PostgresControlConfig.class, username, password, database).done();
  }
}
