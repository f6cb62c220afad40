/** Hostile input and broken peers: what a client or a network can do to a sidecar. */
@NullMarked
package io.nearside.tests.fault;

import org.jspecify.annotations.NullMarked;
