/** How a sidecar begins and ends in its pod. */
@NullMarked
package io.nearside.tests.lifecycle;

import org.jspecify.annotations.NullMarked;
