/**
 * {@code ./nearside demo}: two sidecars in front of one Redis and of one PostgreSQL with a replica,
 * and a tour that checks what they promise. Door: {@code DemoCommand}. Blocking; one thread at a
 * time.
 */
@NullMarked
package io.nearside.tests.demo;

import org.jspecify.annotations.NullMarked;
