/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.helper;

import org.jspecify.annotations.NullMarked;
