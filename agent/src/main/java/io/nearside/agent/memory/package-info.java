/**
 * Keeps the process within the memory that it was given: what is measured, and what gives way. The
 * near-cache does first.
 */
@NullMarked
package io.nearside.agent.memory;

import org.jspecify.annotations.NullMarked;
