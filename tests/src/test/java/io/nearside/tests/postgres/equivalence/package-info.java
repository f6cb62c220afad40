/**
 * The same statements and protocol scripts run against a PostgreSQL server and against something
 * that stands for it, compared message by message. Door: {@code EquivalenceTest}. Blocking, one
 * thread.
 */
@NullMarked
package io.nearside.tests.postgres.equivalence;

import org.jspecify.annotations.NullMarked;
