package io.nearside.agent.redis;

import io.nearside.agent.redis.resp.ReplyScanner;

/**
 * A request that has gone upstream and the reply that it will have there: one element of an
 * upstream connection's first-in, first-out queue. Some are owed to a client as they are (forward),
 * some are for the sidecar alone (swallow), some are turned into another reply. Stays on the event
 * loop of its connection.
 */
abstract class Exchange extends PendingReply {

  /** Part of the reply came: bytes {@code from} up to {@code to}, to be copied if they are kept. */
  abstract void chunk(byte[] bytes, int from, int to);

  /** The reply is whole; {@code reply} tells what it was. Called after its last {@link #chunk}. */
  abstract void ended(UpstreamConnection connection, ReplyScanner reply);

  /**
   * The connection went before the reply was whole.
   *
   * @param sent whether the request may have reached the upstream; if not, it certainly has not
   *     been executed
   */
  abstract void lost(UpstreamConnection connection, boolean sent, String why);

  /** How many replies it takes off the connection: one, but for subscriptions. */
  boolean takes(ReplyScanner reply) {
    return true;
  }
}
