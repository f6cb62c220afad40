package io.nearside.agent.redis;

import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.ReplyScanner;

/**
 * SUBSCRIBE and its kin: one acknowledgement per channel, as arrays in RESP2, where messages may
 * come between them, and as pushes in RESP3. Without arguments UNSUBSCRIBE is acknowledged once per
 * subscription that there was, or once.
 */
final class Subscribed extends Forwarded {
  private static final int ALL = -1;

  private final ClientState state;
  private final ClientState.Subscription kind;
  private final String acknowledgement;
  private int left;

  /**
   * @param channels how many were named
   */
  Subscribed(
      Session session,
      Command command,
      ClientState state,
      ClientState.Subscription kind,
      boolean subscribe,
      int channels) {
    super(session, command, null, null);
    this.state = state;
    this.kind = kind;
    this.acknowledgement = kind.acknowledgement(subscribe);
    this.left = channels == 0 ? ALL : channels;
  }

  /** Whether this frame is the last acknowledgement. */
  boolean acknowledges(ReplyScanner reply) {
    if (!reply.firstElement().equals(acknowledgement)) {
      return false;
    }
    if (left == ALL) {
      left = Math.max(1, state.subscribed(kind));
    }
    state.acknowledged(kind, reply.lastInteger());
    return --left == 0;
  }

  @Override
  boolean takes(ReplyScanner reply) {
    if (reply.isError()) {
      return true;
    }
    return acknowledges(reply);
  }
}
