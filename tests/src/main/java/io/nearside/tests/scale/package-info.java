/**
 * What a fleet's size costs: the bus of 10 to 1,000 sidecars in virtual time, and a real one beside
 * it. Door: {@code ScalingCommand}.
 */
@NullMarked
package io.nearside.tests.scale;

import org.jspecify.annotations.NullMarked;
