/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.agent.redis;

import org.jspecify.annotations.NullMarked;
