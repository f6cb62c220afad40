package io.nearside.agent.redis;

import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.resp.ReplyScanner;

/**
 * A miss: the reply goes to the client, to whoever asked the same meanwhile (single flight), and
 * under its lease into the near-cache. The key's PTTL goes upstream just before the read, on the
 * same connection and in the same write.
 */
final class FilledRead extends Forwarded {
  private final Filling filling;
  private final Flight flight;

  FilledRead(Session session, Command command, Filling filling) {
    super(session, command, null, null);
    this.filling = filling;
    this.flight = new Flight(filling);
  }

  Flight flight() {
    return flight;
  }

  @Override
  void chunk(byte[] bytes, int from, int to) {
    super.chunk(bytes, from, to);
    filling.chunk(bytes, from, to);
  }

  @Override
  void ended(UpstreamConnection connection, ReplyScanner reply) {
    connection.flightEnded(flight);
    var _ = filling.commit(reply);
    super.ended(connection, reply);
    flight.arrived();
  }

  @Override
  void lost(UpstreamConnection connection, boolean sent, String why) {
    if (!started() && !filling.isRetried() && sent && session.retry(this)) {
      // A read, nothing delivered: once more on a fresh connection.
      filling.retried();
    } else {
      super.lost(connection, sent, why);
    }
    flight.lost();
  }

  /** What is asked. */
  byte[] frame() {
    return filling.frame();
  }

  /** A client that asked for what another's read was already fetching. */
  static final class Joined extends Forwarded {
    Joined(Session session, Command command) {
      super(session, command, null, null);
    }

    void deliver(byte[] reply) {
      holdShared(reply);
      session.loop().counters().joined();
      session.replyEnded();
    }

    /** The read it waited for can not be shared after all. */
    void askAgain(byte[] frame) {
      if (!session.ask(this, frame)) {
        fail(Errors.READ_LOST);
      }
    }
  }
}
