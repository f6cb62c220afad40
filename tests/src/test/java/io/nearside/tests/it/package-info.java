/**
 * Real clients of several languages, each with one scenario that is run against the server itself
 * and then through a sidecar.
 */
@NullMarked
package io.nearside.tests.it;

import org.jspecify.annotations.NullMarked;
