/**
 * A fleet of sidecars on hosts of its own, and everything that can go wrong there. Door: {@link
 * io.nearside.tests.chaos.ChaosCommand}. Each class is used by one thread where its Javadoc does
 * not say otherwise.
 */
@NullMarked
package io.nearside.tests.chaos;

import org.jspecify.annotations.NullMarked;
