/** The demo, run as its users run it. */
@NullMarked
package io.nearside.tests.demo;

import org.jspecify.annotations.NullMarked;
