/**
 * What the control plane knows of the PostgreSQL servers: roles, lag, catalog, and the fleet's
 * budget of connections. Doors: {@code Servers}, {@link
 * io.nearside.agent.postgres.upstream.Budget}. Each lives on one event loop.
 */
@NullMarked
package io.nearside.agent.postgres.upstream;

import org.jspecify.annotations.NullMarked;
