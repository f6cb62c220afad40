/**
 * The sidecar's program: the one place where its parts are wired, started and drained. Doors:
 * {@code Main}, {@code Agent}.
 */
@NullMarked
package io.nearside.agent;

import org.jspecify.annotations.NullMarked;
