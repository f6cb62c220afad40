@NullMarked
package io.nearside.tests;

import org.jspecify.annotations.NullMarked;
