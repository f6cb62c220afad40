/**
 * The bus over an embedded Hazelcast member; the only package that imports com.hazelcast. Door:
 * {@code HazelcastInvalidationBus}. Its callbacks come on Hazelcast's threads.
 */
@NullMarked
package io.nearside.cluster.hazelcast;

import org.jspecify.annotations.NullMarked;
