/**
 * What Nearside knows of Redis commands: effect, keys, cacheability, connection needs; pure. Door:
 * {@link io.nearside.agent.redis.command.CommandTable}. Everything here is immutable and may be
 * read from any thread.
 */
@NullMarked
package io.nearside.agent.redis.command;

import org.jspecify.annotations.NullMarked;
