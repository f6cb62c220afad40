/**
 * A randomised workload over a fleet of sidecars, and a checker that knows which value each read
 * may return. Doors: {@link io.nearside.tests.coherence.CoherenceRun} and {@link
 * io.nearside.tests.coherence.CoherenceChecker}. Every class here may be used from many threads
 * where its Javadoc does not say otherwise.
 */
@NullMarked
package io.nearside.tests.coherence;

import org.jspecify.annotations.NullMarked;
