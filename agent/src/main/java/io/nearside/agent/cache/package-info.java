/**
 * The near-cache: entries, leases, epochs; bytes in, bytes out; knows no protocol. Door: {@code
 * NearCache}. Shared by all event loops.
 */
@NullMarked
package io.nearside.agent.cache;

import org.jspecify.annotations.NullMarked;
