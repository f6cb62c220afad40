/**
 * Real drivers against real PostgreSQL servers, direct and through the sidecar. Doors: the test
 * classes. Blocking, one thread at a time.
 */
@NullMarked
package io.nearside.tests.postgres.it;

import org.jspecify.annotations.NullMarked;
