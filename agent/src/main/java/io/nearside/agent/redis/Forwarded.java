package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.command.Effect;
import io.nearside.agent.redis.resp.ReplyScanner;
import org.jspecify.annotations.Nullable;

/** A reply that goes to the client byte for byte. */
class Forwarded extends Exchange {
  final Session session;
  final Command command;
  private final @Nullable Write write;
  private final Key.@Nullable Stored drop;
  private final long startedNanos;
  private boolean started;

  /**
   * @param write what it may make stale; begun
   * @param drop a key that is read around the near-cache: its entry goes, so that no later hit is
   *     older than this reply
   */
  Forwarded(Session session, Command command, @Nullable Write write, Key.@Nullable Stored drop) {
    this.session = session;
    this.command = command;
    this.write = write;
    this.drop = drop;
    this.startedNanos = session.loop().now();
  }

  /** Whether any of the reply has been handed over. */
  final boolean started() {
    return started;
  }

  @Override
  void chunk(byte[] bytes, int from, int to) {
    started = true;
    session.deliver(this, bytes, from, to);
  }

  @Override
  void ended(UpstreamConnection connection, ReplyScanner reply) {
    if (write != null) {
      write.answered(reply.isError());
      if (write.changesAcl() && !reply.isError()) {
        session.loop().face().retireConnections();
      }
    }
    if (drop != null) {
      session.loop().coherence().dropHere(drop);
    }
    session.loop().counters().replied(command.family(), startedNanos);
    if (command.changesTable() && !reply.isError()) {
      session.loop().face().refreshCommands();
    }
    done();
    session.replyEnded();
  }

  @Override
  void lost(UpstreamConnection connection, boolean sent, String why) {
    if (write != null) {
      if (sent) {
        write.outcomeUnknown();
      } else {
        write.notSent();
      }
    }
    if (started) {
      session.close(DisconnectReason.UPSTREAM_LOST);
      return;
    }
    byte[] error =
        !sent
            ? Errors.unavailable(why)
            : command.effect() == Effect.READ ? Errors.READ_LOST : Errors.OUTCOME_UNKNOWN;
    fail(error);
  }

  /** The upstream does not let this client's user in any more. */
  final void refused(byte[] error) {
    if (write != null) {
      write.notSent();
    }
    fail(error);
    session.close(DisconnectReason.REVOKED);
  }

  /** Answers with a reply of the sidecar's own: mostly an error. */
  final void fail(byte[] error) {
    session.deliver(this, error, 0, error.length);
    done();
    session.replyEnded();
  }
}
