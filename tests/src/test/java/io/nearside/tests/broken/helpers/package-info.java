/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.helpers;

import org.jspecify.annotations.NullMarked;
