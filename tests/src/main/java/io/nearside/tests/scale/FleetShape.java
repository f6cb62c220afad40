package io.nearside.tests.scale;

import io.nearside.cluster.Proof;

/**
 * A fleet and its load.
 *
 * @param writesPerSecond of the whole fleet, of keys that differ, spread evenly over the sidecars
 * @param proof whom a sidecar must have heard to believe its memory
 */
record FleetShape(int sidecars, int writesPerSecond, Proof proof) {}
