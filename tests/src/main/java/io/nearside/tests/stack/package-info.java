/**
 * The development stack: real servers and sidecars as child processes, and a proxy that spoils
 * connections. Doors: {@code RedisServer}, {@code SidecarProcess}, {@code TamperProxy}. Used from
 * ordinary blocking threads (tests, demo, benchmarks), never from an event loop.
 */
@NullMarked
package io.nearside.tests.stack;

import org.jspecify.annotations.NullMarked;
