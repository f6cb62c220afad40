package io.nearside.agent.redis;

import java.util.Arrays;

/** A reply that a client is owed, in its place in the order of the client's requests. */
abstract class PendingReply {
  private static final byte[] NOTHING = {};

  private byte[] held = NOTHING;
  private int heldLength;
  private boolean done;

  /** Whether all of it has come. */
  final boolean isDone() {
    return done;
  }

  final void done() {
    done = true;
  }

  /** Bytes that came before their turn. */
  final byte[] held() {
    return held;
  }

  final int heldLength() {
    return heldLength;
  }

  /** Holds bytes back until the replies before have left; copies. */
  final void hold(byte[] bytes, int from, int to) {
    int length = to - from;
    if (held.length < heldLength + length) {
      held = Arrays.copyOf(held, Math.max(heldLength + length, 2 * heldLength));
    }
    System.arraycopy(bytes, from, held, heldLength, length);
    heldLength += length;
  }

  /** What was held has left. */
  final void heldSent() {
    held = NOTHING;
    heldLength = 0;
  }

  /** The whole reply, shared, not copied. */
  final void holdShared(byte[] reply) {
    held = reply;
    heldLength = reply.length;
    done = true;
  }

  /** A reply that needs nobody upstream. */
  static final class Local extends PendingReply {
    Local(byte[] reply) {
      holdShared(reply);
    }
  }
}
