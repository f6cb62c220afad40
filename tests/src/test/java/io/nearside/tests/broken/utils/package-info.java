/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.utils;

import org.jspecify.annotations.NullMarked;
