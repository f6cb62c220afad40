package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.net.DisconnectReason;
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
 * Commands of a client that has an upstream connection of its own: everything goes there, in order,
 * and nothing is answered from the near-cache (a hit between WATCH and EXEC would break optimistic
 * locking). What the commands change of the connection's state is written down in the session's
 * {@link ClientState}. One per event loop.
 */
@SuppressWarnings("ReferenceEquality") // a streamed command is told by its array
final class PinnedRouter {
  private static final byte[] PING = Request.of("PING");
  private static final byte[] DISCARD = Request.of("DISCARD");
  private static final byte[] OFF = "OFF".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SKIP = "SKIP".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ON = "ON".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] AUTH = "AUTH".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SETNAME = "SETNAME".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ABORTED = "*-1".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] QUEUED = "+QUEUED".getBytes(StandardCharsets.US_ASCII);

  private final RedisLoop loop;
  private final Key.Probe probe = new Key.Probe();

  PinnedRouter(RedisLoop loop) {
    this.loop = loop;
  }

  static PinReason reason(Pin pin) {
    return switch (pin) {
      case MULTI, EXEC, DISCARD -> PinReason.TRANSACTION;
      case WATCH, UNWATCH -> PinReason.WATCH;
      case SUBSCRIBE, UNSUBSCRIBE -> PinReason.SUBSCRIPTION;
      case MONITOR -> PinReason.MONITOR;
      case CLIENT_REPLY -> PinReason.CLIENT_REPLY;
      case CLIENT_TRACKING -> PinReason.CLIENT_TRACKING;
      case CLIENT_ID -> PinReason.CLIENT_ID;
      case CLIENT_SETTING -> PinReason.CLIENT_SETTING;
      case SCRIPT_DEBUG -> PinReason.SCRIPT_DEBUG;
      case WAIT -> PinReason.WAIT;
      case CLUSTER_MODE -> PinReason.CLUSTER_MODE;
      case AUTH, HELLO, SELECT, RESET -> PinReason.LOGIN;
      default -> PinReason.BLOCKING;
    };
  }

  boolean handle(Session session, UpstreamConnection own, Command command, RequestFrame frame) {
    ClientState state = Objects.requireNonNull(session.state());
    Pin pin = command.pin(frame);
    if (!own.isWritable()) {
      // Asked again when the upstream takes bytes.
      own.pauseUntilWritable(session);
      session.waitsForUpstream();
      return false;
    }
    if (pin == Pin.FORBIDDEN_NAME) {
      session.closeWhenAnswered(DisconnectReason.PROTOCOL);
      return true;
    }
    if (pin == Pin.QUIT) {
      // The server is to have forgotten the client, and its subscriptions, before the client sees
      // its connection close.
      Forwarded goodbye =
          state.isRaw() || state.takeSilent() ? null : new Forwarded(session, command, null, null);
      if (goodbye != null) {
        session.owe(goodbye);
      }
      own.send(frame.bytes(), frame.start(), frame.end(), goodbye);
      session.closeWithUpstream();
      return true;
    }
    boolean silent = state.isRaw() || (pin != Pin.CLIENT_REPLY && state.takeSilent());
    if (command.denied() || pin == Pin.REPLICATION) {
      refusedInTransaction(state);
      if (!silent) {
        session.respond(command.denied() ? Errors.denied(command.name()) : Errors.REPLICATION);
      }
      return true;
    }
    if (silent) {
      withoutReply(own, state, command, pin, frame);
    } else if (state.transaction() != null) {
      inTransaction(session, own, state, command, pin, frame);
    } else {
      plainly(session, own, state, command, pin, frame);
    }
    return true;
  }

  /** As Redis does: what was refused when it was to be queued aborts the whole transaction. */
  private static void refusedInTransaction(ClientState state) {
    ClientState.Transaction transaction = state.transaction();
    if (transaction != null) {
      transaction.refused();
    }
  }

  /**
   * The upstream will not answer, or its answers can not be matched: what is written counts as of
   * unknown outcome.
   */
  private void withoutReply(
      UpstreamConnection own, ClientState state, Command command, Pin pin, RequestFrame frame) {
    if (pin != Pin.NONE) {
      state.stick(PinReason.STATE_IN_TRANSACTION);
    }
    Write write = Write.of(command, frame, NearCache.EVERY_DATABASE, loop.coherence());
    if (write != null) {
      write.begin();
      write.unanswered();
    }
    own.send(frame.bytes(), frame.start(), frame.end(), null);
  }

  private void plainly(
      Session session,
      UpstreamConnection own,
      ClientState state,
      Command command,
      Pin pin,
      RequestFrame frame) {
    switch (pin) {
      case MULTI -> {
        state.multi();
        ClientState.Transaction begun = state.transaction();
        change(session, own, command, frame, agreed -> refusedUnless(agreed, state, begun));
      }
      case EXEC, DISCARD, CLIENT_SETINFO, CLIENT_INFO -> send(session, own, command, frame);
      case WATCH -> {
        state.watching(true);
        send(session, own, command, frame);
      }
      case UNWATCH -> {
        state.watching(false);
        send(session, own, command, frame);
      }
      case SUBSCRIBE -> subscription(session, own, state, command, frame, true);
      case UNSUBSCRIBE -> subscription(session, own, state, command, frame, false);
      case MONITOR -> {
        state.raw(PinReason.MONITOR);
        own.send(frame.bytes(), frame.start(), frame.end(), null);
      }
      case WAIT -> {
        // WAIT asks about the writes of its own connection, which were sent over others: after any
        // command the
        // connection's offset is the server's, so that it waits for at least those.
        own.send(PING, 0, PING.length, new Swallowed());
        send(session, own, command, frame);
      }
      case CLIENT_REPLY -> reply(session, own, state, command, frame);
      case CLIENT_SETNAME -> {
        byte[] name = nameIn(frame);
        change(session, own, command, frame, agreed -> named(agreed, session, name));
      }
      case CLIENT_GETNAME -> owed(session, own, new NameReply(session, command), frame);
      case CLIENT_TRACKING -> {
        boolean off = frame.argIs(2, OFF) && !command.name().contains("caching");
        changeAlone(session, own, command, frame, agreed -> tracking(agreed, state, off));
      }
      case CLIENT_ID, CLIENT_SETTING, SCRIPT_DEBUG, CLUSTER_MODE ->
          changeAlone(
              session,
              own,
              command,
              frame,
              agreed -> {
                if (agreed) {
                  state.stick(reason(pin));
                }
              });
      case AUTH -> {
        Scope.Credentials credentials = authCredentials(frame, 1);
        moves(
            session,
            own,
            command,
            frame,
            scope -> loop.face().scope(credentials, scope.protocol(), scope.database()));
      }
      case HELLO -> hello(session, own, command, frame);
      case SELECT -> {
        int database = number(frame, 1);
        moves(
            session,
            own,
            command,
            frame,
            scope -> loop.face().scope(scope.credentials(), scope.protocol(), database));
      }
      case RESET -> reset(session, own, state, command, frame);
      case BLOCKING -> {
        session.blocks();
        send(session, own, command, frame);
      }
      default -> send(session, own, command, frame);
    }
  }

  static byte[] nameIn(RequestFrame frame) {
    return frame.argCount() == 3 && frame.hasArg(2) ? frame.arg(2) : new byte[0];
  }

  private static void refusedUnless(
      boolean agreed, ClientState state, ClientState.@Nullable Transaction begun) {
    if (!agreed) {
      state.multiRefused(begun);
    }
  }

  private static void named(boolean agreed, Session session, byte[] name) {
    if (agreed) {
      session.name(name);
    }
  }

  private static void tracking(boolean agreed, ClientState state, boolean off) {
    if (agreed && off) {
      state.unstick(PinReason.CLIENT_TRACKING);
    } else if (agreed) {
      state.stick(PinReason.CLIENT_TRACKING);
    }
  }

  // ---- transactions

  private void inTransaction(
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
        if (transaction.isRefused()) {
          var aborted = new Aborted(session, command);
          session.owe(aborted);
          own.send(DISCARD, 0, DISCARD.length, aborted);
          return;
        }
        Write write = executed(transaction);
        if (write != null) {
          write.begin();
        }
        owed(session, own, new Executed(session, command, write, transaction), frame);
      }
      case DISCARD -> {
        state.transactionEnded();
        send(session, own, command, frame);
      }
      case RESET -> reset(session, own, state, command, frame);
      case CLIENT_REPLY -> {
        transaction.refused();
        session.respond(Errors.REPLY_IN_MULTI);
      }
      case MULTI, WATCH -> owed(session, own, new Forwarded(session, command, null, null), frame);
      case NONE, BLOCKING, WAIT, CLIENT_GETNAME, CLIENT_SETINFO, CLIENT_INFO ->
          queued(session, own, transaction, command, frame);
      case CLIENT_SETNAME -> {
        transaction.names(nameIn(frame));
        queued(session, own, transaction, command, frame);
      }
      case SUBSCRIBE, UNSUBSCRIBE, MONITOR -> {
        // Their acknowledgements would come inside and after EXEC's reply: from now on nothing is
        // matched.
        state.raw(PinReason.STATE_IN_TRANSACTION);
        withoutReply(own, state, command, pin, frame);
      }
      default -> {
        state.stick(PinReason.STATE_IN_TRANSACTION);
        transaction.movesDatabase();
        queued(session, own, transaction, command, frame);
      }
    }
  }

  private @Nullable Write executed(ClientState.Transaction transaction) {
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
    Key.Stored read = cachedKey(session, command, frame);
    if (read != null) {
      transaction.reads(read);
    }
    owed(session, own, new Queued(session, command, keys, unnamed), frame);
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
        late.begin();
        late.answered(false);
      }
      super.ended(connection, reply);
    }
  }

  /** DISCARD went upstream in the place of EXEC: the client is told as Redis would tell it. */
  private static final class Aborted extends Forwarded {
    Aborted(Session session, Command command) {
      super(session, command, null, null);
    }

    @Override
    void chunk(byte[] bytes, int from, int to) {}

    @Override
    void ended(UpstreamConnection connection, ReplyScanner reply) {
      fail(Errors.EXEC_ABORTED);
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

  // ---- subscriptions, replies

  private void subscription(
      Session session,
      UpstreamConnection own,
      ClientState state,
      Command command,
      RequestFrame frame,
      boolean subscribe) {
    ClientState.Subscription kind =
        switch (command.name().charAt(0)) {
          case 'p' -> ClientState.Subscription.PATTERN;
          case 's' ->
              command.name().startsWith("ss") || command.name().startsWith("sun")
                  ? ClientState.Subscription.SHARD
                  : ClientState.Subscription.CHANNEL;
          default -> ClientState.Subscription.CHANNEL;
        };
    owed(
        session,
        own,
        new Subscribed(session, command, state, kind, subscribe, frame.argCount() - 1),
        frame);
  }

  private void reply(
      Session session,
      UpstreamConnection own,
      ClientState state,
      Command command,
      RequestFrame frame) {
    if (frame.argCount() == 3 && frame.argIs(2, OFF)) {
      state.repliesOff(true);
      own.send(frame.bytes(), frame.start(), frame.end(), null);
    } else if (frame.argCount() == 3 && frame.argIs(2, SKIP)) {
      if (!state.repliesOff()) {
        state.skipNext();
      }
      own.send(frame.bytes(), frame.start(), frame.end(), null);
    } else {
      boolean wasOff = state.takeSilent();
      boolean on = frame.argCount() == 3 && frame.argIs(2, ON);
      if (on) {
        state.repliesOff(false);
      }
      if (on || !wasOff) {
        send(session, own, command, frame);
      } else {
        own.send(frame.bytes(), frame.start(), frame.end(), null);
      }
    }
  }

  // ---- who the client is

  private interface Move {
    @Nullable Scope from(Scope scope);
  }

  private void moves(
      Session session, UpstreamConnection own, Command command, RequestFrame frame, Move move) {
    changeAlone(
        session,
        own,
        command,
        frame,
        agreed -> {
          if (agreed) {
            moved(session, move.from(session.lane().scope()), true);
          }
        });
  }

  private void moved(Session session, @Nullable Scope scope, boolean connectionToo) {
    if (scope == null) {
      Objects.requireNonNull(session.state()).stick(PinReason.SCOPE_LIMIT);
      Objects.requireNonNull(session.state()).databaseIsUnknown();
    } else {
      session.moved(loop.lane(scope), connectionToo);
    }
  }

  private void hello(Session session, UpstreamConnection own, Command command, RequestFrame frame) {
    int protocol = number(frame, 1);
    Scope.Credentials credentials = null;
    byte[] name = null;
    for (int i = 2; i < frame.argCount(); i++) {
      if (frame.argIs(i, AUTH) && i + 2 < frame.argCount()) {
        credentials = authCredentials(frame, i + 1);
        i += 2;
      } else if (frame.argIs(i, SETNAME) && i + 1 < frame.argCount()) {
        name = frame.arg(++i);
      }
    }
    Scope.Credentials now = credentials;
    byte[] called = name;
    moves(
        session,
        own,
        command,
        frame,
        scope -> {
          if (called != null) {
            session.name(called);
          }
          return loop.face()
              .scope(
                  now == null ? scope.credentials() : now,
                  protocol < 2 ? scope.protocol() : protocol,
                  scope.database());
        });
  }

  private void reset(
      Session session,
      UpstreamConnection own,
      ClientState state,
      Command command,
      RequestFrame frame) {
    changeAlone(
        session,
        own,
        command,
        frame,
        agreed -> {
          if (agreed) {
            state.reset();
            session.name(new byte[0]);
            Scope initial = loop.face().initialScope();
            moved(session, initial, initial.credentials() == null);
          }
        });
  }

  private static Scope.Credentials authCredentials(RequestFrame frame, int from) {
    int last = frame.argCount() - 1;
    if (from == 1) {
      return last == 1
          ? new Scope.Credentials("", text(frame, 1))
          : new Scope.Credentials(text(frame, 1), text(frame, Math.min(2, last)));
    }
    return new Scope.Credentials(text(frame, from), text(frame, from + 1));
  }

  private static String text(RequestFrame frame, int index) {
    return index < frame.argCount() && frame.hasArg(index)
        ? new String(frame.arg(index), StandardCharsets.UTF_8)
        : "";
  }

  private static int number(RequestFrame frame, int index) {
    try {
      return Integer.parseInt(text(frame, index));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  // ---- sending

  private void change(
      Session session,
      UpstreamConnection own,
      Command command,
      RequestFrame frame,
      java.util.function.Consumer<Boolean> whenAnswered) {
    owed(session, own, new StateChange(session, command, whenAnswered), frame);
  }

  /** As {@link #change}; no further command is taken until it is answered. */
  private void changeAlone(
      Session session,
      UpstreamConnection own,
      Command command,
      RequestFrame frame,
      java.util.function.Consumer<Boolean> whenAnswered) {
    change(session, own, command, frame, whenAnswered);
    session.barrier();
  }

  private void send(Session session, UpstreamConnection own, Command command, RequestFrame frame) {
    send(session, own, command, frame, frame.bytes(), frame.start(), frame.end());
  }

  /** Sends {@code bytes}, the whole command or the end of a streamed one, and expects its reply. */
  void send(
      Session session,
      UpstreamConnection own,
      Command command,
      RequestFrame frame,
      byte[] bytes,
      int from,
      int to) {
    ClientState state = Objects.requireNonNull(session.state());
    ClientState.Transaction transaction = state.transaction();
    if (transaction != null && frame.bytes() != bytes) {
      transaction.writes(Write.keys(command, frame, NearCache.EVERY_DATABASE));
      var exchange = new Forwarded(session, command, null, null);
      session.owe(exchange);
      own.send(bytes, from, to, exchange);
      return;
    }
    int database =
        state.databaseUnknown() ? NearCache.EVERY_DATABASE : session.lane().scope().database();
    Write write = Write.of(command, frame, database, loop.coherence());
    if (write != null) {
      write.begin();
    }
    if (state.takeSilent() || state.isRaw()) {
      if (write != null) {
        write.unanswered();
      }
      own.send(bytes, from, to, null);
      return;
    }
    var exchange = new Forwarded(session, command, write, cachedKey(session, command, frame));
    session.owe(exchange);
    own.send(bytes, from, to, exchange);
  }

  private static void owed(
      Session session, UpstreamConnection own, Forwarded exchange, RequestFrame frame) {
    session.owe(exchange);
    own.send(frame.bytes(), frame.start(), frame.end(), exchange);
  }

  /** The key that this command reads and that the near-cache may hold; null for none. */
  private Key.@Nullable Stored cachedKey(Session session, Command command, RequestFrame frame) {
    int index = loop.face().cacheOn() ? command.cacheableKeyIndex(frame) : -1;
    return index < 0 || !frame.hasArg(index)
        ? null
        : probe
            .set(
                session.lane().scope().database(),
                frame.bytes(),
                frame.argStart(index),
                frame.argLength(index))
            .toStored();
  }
}
