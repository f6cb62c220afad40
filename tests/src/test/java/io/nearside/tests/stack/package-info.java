/** Tests of the development stack itself: a tool that lies would make every other test lie. */
@NullMarked
package io.nearside.tests.stack;

import org.jspecify.annotations.NullMarked;
