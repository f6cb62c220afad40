/**
 * The PostgreSQL face: clients' sessions, pooled connections to servers, routing between them.
 *
 * <p>Door: {@link io.nearside.agent.postgres.PostgresFace}. Everything else lives on one event
 * loop, the {@link io.nearside.agent.postgres.PostgresLoop}'s.
 */
@NullMarked
package io.nearside.agent.postgres;

import org.jspecify.annotations.NullMarked;
