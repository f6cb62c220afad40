package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.command.Pin;
import io.nearside.agent.redis.resp.ReplyScanner;
import io.nearside.agent.redis.resp.RequestFrame;
import io.nearside.cluster.EpochReason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Commands between MULTI and EXEC: what is queued is written down, and made stale when EXEC is sent
 * and when it is answered. One per event loop.
 */
final class Transactions {
  private static final byte[] ABORTED = "*-1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DISCARD = Request.of("DISCARD");
  private static final byte[] QUEUED = "+QUEUED".getBytes(StandardCharsets.US_ASCII);

  private final RedisLoop loop;
  private final PinnedRouter router;

  Transactions(RedisLoop loop, PinnedRouter router) {
    this.loop = loop;
    this.router = router;
  }

  void handle(
      Session session,
      UpstreamConnection own,
      ClientState state,
      Command command,
      Pin pin,
      RequestFrame frame) {
    ClientState.Transaction transaction = Objects.requireNonNull(state.transaction());
    switch (pin) {
      case EXEC -> {
        state.transactionEnded();
        byte[] refusal = transaction.refusal();
        if (refusal != null) {
          var aborted = new Aborted(session, command, refusal);
          session.owe(aborted);
          own.send(DISCARD, 0, DISCARD.length, aborted);
          return;
        }
        Write write = executed(transaction);
        if (write != null) {
          write.begin(session.takeStrongWrite());
        }
        PinnedRouter.owed(session, own, new Executed(session, command, write, transaction), frame);
      }
      case DISCARD -> {
        state.transactionEnded();
        router.send(session, own, command, frame);
      }
      case RESET -> router.logins().reset(session, own, state, command, frame);
      case CLIENT_REPLY -> {
        transaction.refused();
        session.respond(Errors.REPLY_IN_MULTI);
      }
      case MULTI, WATCH ->
          PinnedRouter.owed(session, own, new Forwarded(session, command, null, null), frame);
      case NONE, BLOCKING, WAIT, CLIENT_GETNAME, CLIENT_SETINFO, CLIENT_INFO ->
          queued(session, own, transaction, command, frame);
      case CLIENT_SETNAME -> {
        transaction.names(PinnedRouter.nameIn(frame));
        queued(session, own, transaction, command, frame);
      }
      case SUBSCRIBE, UNSUBSCRIBE, MONITOR -> {
        // Their acknowledgements would come inside and after EXEC's reply: from now on nothing is
        // matched.
        state.raw(PinReason.STATE_IN_TRANSACTION);
        router.withoutReply(session, own, state, command, pin, frame);
      }
      default -> {
        state.stick(PinReason.STATE_IN_TRANSACTION);
        transaction.movesDatabase();
        queued(session, own, transaction, command, frame);
      }
    }
  }

  /** What EXEC changes; null for nothing. */
  @Nullable Write executed(ClientState.Transaction transaction) {
    if (transaction.unnamed()) {
      return Write.ofEpoch(loop.coherence(), EpochReason.UNKNOWN_KEYS);
    }
    return transaction.written().isEmpty()
        ? null
        : Write.ofKeys(loop.coherence(), transaction.written());
  }

  private void queued(
      Session session,
      UpstreamConnection own,
      ClientState.Transaction transaction,
      Command command,
      RequestFrame frame) {
    int database =
        transaction.databaseUnknown()
            ? NearCache.EVERY_DATABASE
            : session.lane().scope().database();
    List<Key.Stored> keys = List.of();
    boolean unnamed = false;
    switch (command.invalidation()) {
      case NOTHING -> {}
      case KEYS -> {
        List<Key.Stored> named = Write.keys(command, frame, database);
        unnamed = named == null;
        keys = named == null ? List.of() : named;
        transaction.writes(named);
      }
      case EPOCH, SWAPDB, EPOCH_UNLESS_ERROR -> {
        unnamed = true;
        transaction.writes(null);
      }
    }
    Key.Stored read = router.cachedKey(session, command, frame);
    if (read != null) {
      transaction.reads(read);
    } else if (command.isMget()) {
      PinnedRouter.mgetKeys(frame, database).forEach(transaction::reads);
    }
    PinnedRouter.owed(session, own, new Queued(session, command, keys, unnamed), frame);
  }

  /** A reply to a command inside MULTI: if the server did not queue it, it executed it. */
  private final class Queued extends Forwarded {
    private final List<Key.Stored> keys;
    private final boolean unnamed;

    Queued(Session session, Command command, List<Key.Stored> keys, boolean unnamed) {
      super(session, command, null, null);
      this.keys = keys;
      this.unnamed = unnamed;
    }

    @Override
    void ended(UpstreamConnection connection, ReplyScanner reply) {
      if (!reply.isError() && !reply.headStartsWith(QUEUED) && (unnamed || !keys.isEmpty())) {
        Write late =
            unnamed
                ? Write.ofEpoch(loop.coherence(), EpochReason.UNKNOWN_KEYS)
                : Write.ofKeys(loop.coherence(), keys);
        late.begin(null);
        late.answered(false);
      }
      super.ended(connection, reply);
    }
  }

  /** DISCARD went upstream in the place of EXEC: the client is told as Redis would tell it. */
  private static final class Aborted extends Forwarded {
    private final byte[] error;

    Aborted(Session session, Command command, byte[] error) {
      super(session, command, null, null);
      this.error = error;
    }

    @Override
    void chunk(byte[] bytes, int from, int to) {}

    @Override
    void ended(UpstreamConnection connection, ReplyScanner reply) {
      fail(error);
    }
  }

  /** EXEC: every queued key is dropped before and after, those that were read included. */
  private final class Executed extends Forwarded {
    private final ClientState.Transaction transaction;

    Executed(
        Session session,
        Command command,
        @Nullable Write write,
        ClientState.Transaction transaction) {
      super(session, command, write, null);
      this.transaction = transaction;
    }

    @Override
    void ended(UpstreamConnection connection, ReplyScanner reply) {
      transaction.read().forEach(loop.coherence()::dropHere);
      byte[] name = transaction.name();
      if (name != null && reply.firstByte() == '*' && !reply.headStartsWith(ABORTED)) {
        session.name(name);
      }
      super.ended(connection, reply);
    }
  }
}
