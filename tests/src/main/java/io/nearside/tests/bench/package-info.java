/**
 * Figures of a sidecar beside the server itself and beside other proxies. Door: {@link
 * io.nearside.tests.bench.BenchCommand}. One thread; servers and load generator are processes of
 * their own.
 */
@NullMarked
package io.nearside.tests.bench;

import org.jspecify.annotations.NullMarked;
