/** Faults between clients, sidecar and servers: nobody reads another's rows, nothing is lost. */
@NullMarked
package io.nearside.tests.postgres.fault;

import org.jspecify.annotations.NullMarked;
