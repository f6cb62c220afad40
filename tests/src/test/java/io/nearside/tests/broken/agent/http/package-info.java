/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.agent.http;

import org.jspecify.annotations.NullMarked;
