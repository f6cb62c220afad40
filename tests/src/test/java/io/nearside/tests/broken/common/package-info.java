/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.common;

import org.jspecify.annotations.NullMarked;
