/**
 * Who a client is, and who the sidecar is to a server: SCRAM-SHA-256 in both directions, secrets
 * and where they come from. Doors: {@code ScramServer}, {@code ScramClient}, {@code Userlist},
 * {@code PassThroughRelay}. No sockets; one exchange belongs to one event loop, everything else
 * says so.
 */
@NullMarked
package io.nearside.agent.postgres.auth;

import org.jspecify.annotations.NullMarked;
