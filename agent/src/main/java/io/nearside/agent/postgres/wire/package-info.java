/**
 * Protocol 3.0 and 3.2 bytes to messages and back, pure: no socket, no session. Doors: {@link
 * io.nearside.agent.postgres.wire.MessageScanner} delimits, {@link
 * io.nearside.agent.postgres.wire.Frontend} and {@link io.nearside.agent.postgres.wire.Backend}
 * build and read. Scanners belong to one event loop; everything else is immutable or stateless.
 */
@NullMarked
package io.nearside.agent.postgres.wire;

import org.jspecify.annotations.NullMarked;
