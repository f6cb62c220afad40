package io.nearside.agent.redis;

import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.command.Pin;
import io.nearside.agent.redis.resp.RequestFrame;
import io.nearside.cluster.EpochReason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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
  private static final byte[] OFF = "OFF".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SKIP = "SKIP".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ON = "ON".getBytes(StandardCharsets.US_ASCII);

  private final RedisLoop loop;
  private final Key.Probe probe = new Key.Probe();
  private final Transactions transactions;
  private final Logins logins;

  PinnedRouter(RedisLoop loop) {
    this.loop = loop;
    this.transactions = new Transactions(loop, this);
    this.logins = new Logins(loop, this);
  }

  Logins logins() {
    return logins;
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
    switch (admit(session, command, frame)) {
      case StrongWrites.Admitted _ -> {}
      case StrongWrites.Waiting _ -> {
        return false;
      }
      case StrongWrites.Refused refused -> {
        if (refused(session, state, pin, refused.error())) {
          return true;
        }
      }
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
      withoutReply(session, own, state, command, pin, frame);
    } else if (state.transaction() != null) {
      transactions.handle(session, own, state, command, pin, frame);
    } else {
      plainly(session, own, state, command, pin, frame);
    }
    return true;
  }

  /** Whether a write of strongly consistent keys may be sent now. */
  StrongWrites.Admission admit(Session session, Command command, RequestFrame frame) {
    StrongWrites strong = loop.strongWrites();
    ClientState state = Objects.requireNonNull(session.state());
    ClientState.Transaction transaction = state.transaction();
    Write write = null;
    if (!strong.areOn() || command.denied()) {
      // Nothing is held.
    } else if (transaction == null || state.isRaw()) {
      write = write(state, command, frame, NearCache.EVERY_DATABASE);
    } else if (command.pin(frame) == Pin.EXEC && transaction.refusal() == null) {
      write = transactions.executed(transaction);
    }
    return strong.admit(session, write);
  }

  /**
   * Answers a command that may not be sent; false for EXEC, which becomes DISCARD on its way. Where
   * the sidecar does not know what is queued, the connection must go.
   */
  private static boolean refused(Session session, ClientState state, Pin pin, byte[] error) {
    ClientState.Transaction transaction = state.transaction();
    if (transaction != null && !state.isRaw()) {
      transaction.refused(error);
      return false;
    }
    if (!state.isRaw() && !state.takeSilent()) {
      session.respond(error);
    }
    if (pin == Pin.EXEC) {
      session.closeWhenAnswered(DisconnectReason.LIMIT);
    }
    return true;
  }

  /**
   * What a command may change; EXEC of a transaction that was not seen to begin may change
   * anything.
   */
  private @Nullable Write write(
      ClientState state, Command command, RequestFrame frame, int database) {
    return state.databaseUnknown() && command.pin(frame) == Pin.EXEC
        ? Write.ofEpoch(loop.coherence(), EpochReason.UNKNOWN_KEYS)
        : Write.of(command, frame, database, loop.coherence());
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
  void withoutReply(
      Session session,
      UpstreamConnection own,
      ClientState state,
      Command command,
      Pin pin,
      RequestFrame frame) {
    if (pin != Pin.NONE) {
      state.stick(PinReason.STATE_IN_TRANSACTION);
    }
    Write write = write(state, command, frame, NearCache.EVERY_DATABASE);
    if (write != null) {
      write.begin(session.takeStrongWrite());
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
        if (loop.strongWrites().areOn()) {
          // Were it refused, what follows would be executed at once, and not when EXEC is let
          // through.
          session.barrier();
        }
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
      case AUTH -> logins.auth(session, own, command, frame);
      case HELLO -> logins.hello(session, own, command, frame);
      case SELECT -> logins.select(session, own, command, frame);
      case RESET -> logins.reset(session, own, state, command, frame);
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
  void changeAlone(
      Session session,
      UpstreamConnection own,
      Command command,
      RequestFrame frame,
      java.util.function.Consumer<Boolean> whenAnswered) {
    change(session, own, command, frame, whenAnswered);
    session.barrier();
  }

  void send(Session session, UpstreamConnection own, Command command, RequestFrame frame) {
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
    Write write = write(state, command, frame, database);
    if (write != null) {
      write.begin(session.takeStrongWrite());
    }
    if (state.takeSilent() || state.isRaw()) {
      if (write != null) {
        write.unanswered();
      }
      own.send(bytes, from, to, null);
      return;
    }
    Forwarded exchange =
        command.isMget()
            ? new ReadAround(session, command, mgetKeys(frame, database))
            : new Forwarded(session, command, write, cachedKey(session, command, frame));
    session.owe(exchange);
    own.send(bytes, from, to, exchange);
  }

  static void owed(
      Session session, UpstreamConnection own, Forwarded exchange, RequestFrame frame) {
    session.owe(exchange);
    own.send(frame.bytes(), frame.start(), frame.end(), exchange);
  }

  /** The keys of an MGET whose bytes are here. */
  static List<Key.Stored> mgetKeys(RequestFrame frame, int database) {
    List<Key.Stored> keys = new ArrayList<>();
    for (int i = 1; i < frame.argCount(); i++) {
      if (frame.hasArg(i)) {
        keys.add(
            new Key.Stored(
                database, Key.canonical(frame.bytes(), frame.argStart(i), frame.argLength(i))));
      }
    }
    return keys;
  }

  /** The key that this command reads and that the near-cache may hold; null for none. */
  Key.@Nullable Stored cachedKey(Session session, Command command, RequestFrame frame) {
    int index = loop.face().settings().cache().enabled() ? command.cacheableKeyIndex(frame) : -1;
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
