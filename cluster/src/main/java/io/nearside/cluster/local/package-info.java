/**
 * The bus inside one process: one sidecar alone, tests, simulation. Door: {@code
 * LocalInvalidationBus}. Safe from any thread.
 */
@NullMarked
package io.nearside.cluster.local;

import org.jspecify.annotations.NullMarked;
