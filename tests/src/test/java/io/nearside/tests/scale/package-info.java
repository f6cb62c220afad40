/** The cost of a fleet's size. */
@NullMarked
package io.nearside.tests.scale;

import org.jspecify.annotations.NullMarked;
