/**
 * The Redis face. Door: {@code RedisFace}. A session and its upstream connections stay on one event
 * loop.
 */
@NullMarked
package io.nearside.agent.redis;

import org.jspecify.annotations.NullMarked;
