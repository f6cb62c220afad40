/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.config;

import org.jspecify.annotations.NullMarked;
