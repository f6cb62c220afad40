package io.nearside.agent.postgres;

import io.nearside.config.PoolMode;
import io.nearside.config.PostgresConfig;
import io.nearside.config.PostgresOverride;
import io.nearside.config.PostgresPoolConfig;
import io.nearside.config.RoutePreference;
import io.nearside.config.TokenScope;

/**
 * What holds for the pools of a database and user, or for one client.
 *
 * @param config with what an override says of mode, min and max
 */
record PoolSettings(PostgresPoolConfig config, RoutePreference route, TokenScope scope) {

  PoolMode mode() {
    return config.mode();
  }

  int preparedStatementsMax() {
    return config.preparedStatementsMax();
  }

  /** For the pools: overrides that ask for an application do not count. */
  static PoolSettings ofPool(PostgresConfig config, PoolKey key) {
    for (PostgresOverride override : config.overrides()) {
      if (override.applicationName().isEmpty() && matches(override, key)) {
        return with(config, override);
      }
    }
    return plain(config);
  }

  /** For one client. */
  static PoolSettings ofClient(PostgresConfig config, PoolKey key, String applicationName) {
    for (PostgresOverride override : config.overrides()) {
      boolean application =
          override.applicationName().isEmpty()
              || override.applicationName().equals(applicationName);
      if (application && matches(override, key)) {
        return with(config, override);
      }
    }
    return plain(config);
  }

  private static boolean matches(PostgresOverride override, PoolKey key) {
    return (override.database().isEmpty() || override.database().equals(key.database()))
        && (override.user().isEmpty() || override.user().equals(key.user()));
  }

  private static PoolSettings plain(PostgresConfig config) {
    return new PoolSettings(config.pool(), RoutePreference.AUTO, config.readYourWrites().scope());
  }

  private static PoolSettings with(PostgresConfig config, PostgresOverride override) {
    PostgresPoolConfig pool = config.pool();
    int max = override.max() == 0 ? pool.max() : override.max();
    int min = override.min() < 0 ? pool.min() : override.min();
    PoolMode mode =
        switch (override.mode()) {
          case INHERIT -> pool.mode();
          case SESSION -> PoolMode.SESSION;
          case TRANSACTION -> PoolMode.TRANSACTION;
          case STATEMENT -> PoolMode.STATEMENT;
        };
    TokenScope scope =
        switch (override.readYourWrites()) {
          case INHERIT -> config.readYourWrites().scope();
          case OFF -> TokenScope.OFF;
          case SESSION -> TokenScope.SESSION;
          case POD -> TokenScope.POD;
          case CLUSTER -> TokenScope.CLUSTER;
        };
    return new PoolSettings(
        new PostgresPoolConfig(
            mode,
            Math.min(min, max),
            max,
            pool.autoscale(),
            pool.growWaitMillis(),
            pool.shrinkMillis(),
            pool.acquireMillis(),
            pool.queueMax(),
            pool.idleMillis(),
            pool.lifetimeMillis(),
            pool.lifetimeJitterPercent(),
            pool.evictMillis(),
            pool.checkIdleMillis(),
            pool.connectMillis(),
            pool.retryCount(),
            pool.retryBackoffMillis(),
            pool.resetMillis(),
            pool.preparedStatementsMax()),
        override.route(),
        scope);
  }
}
