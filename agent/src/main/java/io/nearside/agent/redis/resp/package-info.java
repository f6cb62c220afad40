/** RESP bytes to frames, pure: no socket, no session. Instances belong to one event loop. */
@NullMarked
package io.nearside.agent.redis.resp;

import org.jspecify.annotations.NullMarked;
