/**
 * The admin API. Door: {@code AdminServer}. Reads small interfaces, no session internals; runs on a
 * Vert.x event loop.
 */
@NullMarked
package io.nearside.agent.admin;

import org.jspecify.annotations.NullMarked;
