/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.agent.postgres.wire;

import org.jspecify.annotations.NullMarked;
