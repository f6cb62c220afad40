/**
 * What a sidecar may know of its peers: membership and the invalidation bus. Door: {@link
 * io.nearside.cluster.InvalidationBus}. Safe from any thread; never blocks a caller.
 */
@NullMarked
package io.nearside.cluster;

import org.jspecify.annotations.NullMarked;
