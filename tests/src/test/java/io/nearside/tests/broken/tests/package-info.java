/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.tests;

import org.jspecify.annotations.NullMarked;
