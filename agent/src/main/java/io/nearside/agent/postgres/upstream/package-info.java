/**
 * What the control plane knows of the PostgreSQL servers: roles, positions, lag, who may serve
 * reads; the catalog; stored passwords. Door: {@code Servers}. One Vert.x context.
 */
@NullMarked
package io.nearside.agent.postgres.upstream;

import org.jspecify.annotations.NullMarked;
