/** The image: its root filesystem as a folder, the training of its AOT cache, and how it is run. */
@NullMarked
package io.nearside.tests.image;

import org.jspecify.annotations.NullMarked;
