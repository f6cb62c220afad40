/**
 * Histories of what clients saw, a checker that says whether they are linearizable, and a workload
 * on strongly consistent keys that records them. Doors: {@link
 * io.nearside.tests.linear.LinearizabilityChecker} and {@link io.nearside.tests.linear.StrongRun}.
 */
@NullMarked
package io.nearside.tests.linear;

import org.jspecify.annotations.NullMarked;
