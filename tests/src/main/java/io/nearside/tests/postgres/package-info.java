/** Sidecars with a PostgreSQL face for tests; the door is {@link PostgresFleet}. Blocking. */
@NullMarked
package io.nearside.tests.postgres;

import org.jspecify.annotations.NullMarked;
