/** Proves the checker, then runs the workload on strongly consistent keys of real sidecars. */
@NullMarked
package io.nearside.tests.linear;

import org.jspecify.annotations.NullMarked;
