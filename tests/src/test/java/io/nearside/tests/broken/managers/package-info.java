/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.managers;

import org.jspecify.annotations.NullMarked;
