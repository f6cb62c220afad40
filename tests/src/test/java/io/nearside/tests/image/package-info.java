/** The image: its recipe, its root filesystem and what the two have in common. */
@NullMarked
package io.nearside.tests.image;

import org.jspecify.annotations.NullMarked;
