/** Breaks the rules of {@code ArchitectureRules} on purpose. */
@NullMarked
package io.nearside.tests.broken.impl;

import org.jspecify.annotations.NullMarked;
