/** Proves the checker by hand-made histories, then runs the workload against real servers. */
@NullMarked
package io.nearside.tests.coherence;

import org.jspecify.annotations.NullMarked;
