package io.nearside.agent.postgres;

import io.nearside.agent.postgres.sql.RoutePolicy;
import io.nearside.config.PoolMode;
import io.nearside.config.TokenScope;

/** What holds for one client: by its database, user and application. */
record ClientPolicy(PoolMode mode, RoutePolicy route, TokenScope scope) {}
