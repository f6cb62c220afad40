package io.nearside.agent.redis;

import io.nearside.agent.cache.Fill;
import io.nearside.agent.cache.Key;
import io.nearside.agent.cache.NearCache;
import io.nearside.agent.cache.RefusedFill;
import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.redis.command.Command;
import io.nearside.agent.redis.command.Pin;
import io.nearside.agent.redis.resp.RequestFrame;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of each command: answered from the near-cache, sent over the shared
 * connection, or sent over one of the client's own. One per event loop. {@link #handle} returns
 * false when the command must wait; it is then asked again.
 */
final class Router {
  private static final int MGET_KEYS_MAX = 1024;
  private static final String NO_ROOM = "too many requests wait for the connection";

  private final RedisLoop loop;
  private final Key.Probe probe = new Key.Probe();
  private final PinnedRouter pinnedRouter;
  private int touchCountdown;

  Router(RedisLoop loop) {
    this.loop = loop;
    this.pinnedRouter = new PinnedRouter(loop);
  }

  byte[] exhausted() {
    return Errors.exhausted(
        loop.face().upstreamConfig().acquireMillis(), loop.face().pinned().max());
  }

  /** Whether the command was dealt with; if not, the session waits for something and asks again. */
  boolean handle(Session session, RequestFrame frame) {
    Command command = loop.face().commands().find(frame);
    UpstreamConnection pinned = session.pinned();
    if (pinned != null) {
      return pinnedRouter.handle(session, pinned, command, frame);
    }
    if (command.denied()) {
      session.respond(Errors.denied(command.name()));
      return true;
    }
    Pin pin = command.pin(frame);
    if (pin == Pin.NONE) {
      return stateless(session, command, frame);
    }
    return switch (pin) {
      case QUIT -> {
        session.respond(Errors.OK);
        session.closeWhenAnswered(DisconnectReason.QUIT);
        yield true;
      }
      case FORBIDDEN_NAME -> {
        session.closeWhenAnswered(DisconnectReason.PROTOCOL);
        yield true;
      }
      case REPLICATION -> {
        session.respond(Errors.REPLICATION);
        yield true;
      }
      case CLIENT_SETNAME -> naming(session, command, frame);
      case CLIENT_GETNAME -> forward(session, frame, new NameReply(session, command));
      default ->
          Session.isSharedSafe(pin)
              ? plain(session, command, frame, null)
              : onItsOwn(session, command, pin, frame);
    };
  }

  private boolean onItsOwn(Session session, Command command, Pin pin, RequestFrame frame) {
    if (session.takeAcquireFailure()) {
      session.respond(exhausted());
      return true;
    }
    if (!session.obtainPinned(PinnedRouter.reason(pin))) {
      return false;
    }
    UpstreamConnection pinned = session.pinned();
    return pinned != null && pinnedRouter.handle(session, pinned, command, frame);
  }

  /** Whether the end of a streamed command may be sent now. */
  StrongWrites.Admission admit(Session session, Command command, RequestFrame frame) {
    return pinnedRouter.admit(session, command, frame);
  }

  /** The end of a streamed command: as {@link PinnedRouter} would send it whole. */
  void sendPinned(
      Session session,
      UpstreamConnection connection,
      Command command,
      RequestFrame frame,
      byte[] bytes,
      int from,
      int to) {
    pinnedRouter.send(session, connection, command, frame, bytes, from, to);
  }

  private boolean stateless(Session session, Command command, RequestFrame frame) {
    if (loop.face().settings().cache().enabled()) {
      int keyIndex = command.cacheableKeyIndex(frame);
      if (keyIndex >= 0) {
        return read(session, command, frame, keyIndex);
      }
      if (command.isMget()) {
        return mget(session, command, frame);
      }
    }
    return plain(session, command, frame, null);
  }

  /** Sends the command over the shared connection and its reply to the client. */
  private boolean plain(
      Session session, Command command, RequestFrame frame, Key.@Nullable Stored drop) {
    UpstreamConnection connection = session.sharedConnection();
    if (connection == null) {
      return false;
    }
    if (!connection.hasRoom()) {
      session.respond(Errors.unavailable(NO_ROOM));
      return true;
    }
    Write write = Write.of(command, frame, session.lane().scope().database(), loop.coherence());
    if (write != null) {
      switch (loop.strongWrites().admit(session, write)) {
        case StrongWrites.Admitted _ -> write.begin(session.takeStrongWrite());
        case StrongWrites.Waiting _ -> {
          return false;
        }
        case StrongWrites.Refused refused -> {
          session.respond(refused.error());
          return true;
        }
      }
    }
    var exchange = new Forwarded(session, command, write, drop);
    session.owe(exchange);
    connection.send(frame.bytes(), frame.start(), frame.end(), exchange);
    return true;
  }

  private boolean forward(Session session, RequestFrame frame, Forwarded exchange) {
    UpstreamConnection connection = session.sharedConnection();
    if (connection == null) {
      return false;
    }
    if (!connection.hasRoom()) {
      session.respond(Errors.unavailable(NO_ROOM));
      return true;
    }
    session.owe(exchange);
    connection.send(frame.bytes(), frame.start(), frame.end(), exchange);
    return true;
  }

  private boolean naming(Session session, Command command, RequestFrame frame) {
    byte[] name = PinnedRouter.nameIn(frame);
    return forward(
        session,
        frame,
        new StateChange(
            session,
            command,
            agreed -> {
              if (agreed) {
                session.name(name);
              }
            }));
  }

  // ---- reads of one key

  private boolean read(Session session, Command command, RequestFrame frame, int keyIndex) {
    byte[] bytes = frame.bytes();
    int keyStart = frame.argStart(keyIndex);
    int keyLength = frame.argLength(keyIndex);
    Policy policy = Policy.forKey(loop.face().settings().policies(), bytes, keyStart, keyLength);
    if (policy == null || (command.hashFamily() && !loop.face().settings().hashesCached())) {
      return plain(session, command, frame, null);
    }
    Scope scope = session.lane().scope();
    upperCaseName(frame);
    probe.set(scope.database(), bytes, keyStart, keyLength);
    boolean open = session.fenceOpen(policy);
    if (open && !session.isFresh()) {
      byte[] reply =
          loop.coherence()
              .cache()
              .lookup(probe, scope.id(), bytes, frame.start(), frame.end(), loop.now());
      if (reply != null) {
        loop.counters().hit();
        session.respond(reply);
        touch(session, bytes, keyStart, keyLength);
        return true;
      }
    }
    if (!open || session.lane().isTtlRefused()) {
      loop.counters().around();
      loop.coherence().cache().refused(open ? RefusedFill.NO_TTL : RefusedFill.FENCED);
      return plain(session, command, frame, probe.toStored());
    }
    return miss(session, command, frame, keyIndex, policy);
  }

  private boolean miss(
      Session session, Command command, RequestFrame frame, int keyIndex, Policy policy) {
    UpstreamConnection connection = session.sharedConnection();
    if (connection == null) {
      return false;
    }
    if (!connection.hasRoom()) {
      session.respond(Errors.unavailable(NO_ROOM));
      return true;
    }
    loop.counters().miss();
    byte[] bytes = frame.bytes();
    if (!session.isFresh()) {
      FilledRead flight = connection.flight(bytes, frame.start(), frame.end());
      if (flight != null) {
        var joined = new FilledRead.Joined(session, command);
        session.owe(joined);
        flight.join(joined);
        return true;
      }
    }
    byte[] own = Arrays.copyOfRange(bytes, frame.start(), frame.end());
    Fill fill = loop.coherence().cache().beginFill(probe, session.lane().scope().id(), own);
    if (fill == null) {
      return plain(session, command, frame, null);
    }
    var read = new FilledRead(session, command, fill, policy);
    byte[] pttl = Request.ofKey("PTTL", bytes, frame.argStart(keyIndex), frame.argLength(keyIndex));
    session.owe(read);
    connection.send(pttl, 0, pttl.length, new FilledRead.Ttl(read));
    connection.send(own, 0, own.length, read);
    connection.flightBegun(read);
    return true;
  }

  /** So that {@code get k} and {@code GET k} are one command line. */
  private static void upperCaseName(RequestFrame frame) {
    byte[] bytes = frame.bytes();
    int from = frame.argStart(0);
    int to = from + frame.argLength(0);
    for (int i = from; i < to; i++) {
      if (bytes[i] >= 'a' && bytes[i] <= 'z') {
        bytes[i] = (byte) (bytes[i] - 32);
      }
    }
  }

  /** Tells the upstream now and then that a key is in use, lest it evict what looks idle there. */
  private void touch(Session session, byte[] bytes, int keyStart, int keyLength) {
    int sample = loop.face().settings().cache().touchSample();
    if (sample == 0 || ++touchCountdown < sample) {
      return;
    }
    touchCountdown = 0;
    UpstreamConnection connection = session.lane().shared();
    if (connection.isReady() && connection.isWritable()) {
      byte[] touch = Request.ofKey("TOUCH", bytes, keyStart, keyLength);
      connection.send(touch, 0, touch.length, new Swallowed());
    }
  }

  // ---- MGET

  private boolean mget(Session session, Command command, RequestFrame frame) {
    int count = frame.argCount() - 1;
    if (count < 1 || count > MGET_KEYS_MAX || !session.fenceOpen() || session.isFresh()) {
      return mgetAround(session, command, frame);
    }
    UpstreamConnection connection = session.sharedConnection();
    if (connection == null) {
      return false;
    }
    NearCache cache = loop.coherence().cache();
    Scope scope = session.lane().scope();
    byte[][] keys = new byte[count][];
    byte[][] gets = new byte[count][];
    byte[] @Nullable [] parts = new byte[count][];
    @Nullable Policy[] policies = new Policy[count];
    int found = 0;
    for (int i = 0; i < count; i++) {
      keys[i] = frame.arg(i + 1);
      gets[i] = Request.ofKey("GET", keys[i], 0, keys[i].length);
      policies[i] = Policy.forKey(loop.face().settings().policies(), keys[i], 0, keys[i].length);
      Policy policy = policies[i];
      if (policy != null && !session.fenceOpen(policy)) {
        return mgetAround(session, command, frame);
      }
      if (policy != null) {
        probe.set(scope.database(), keys[i], 0, keys[i].length);
        parts[i] = cache.lookup(probe, scope.id(), gets[i], 0, gets[i].length, loop.now());
        found += parts[i] != null ? 1 : 0;
      }
    }
    if (found == count && allHold(scope, keys, gets, parts)) {
      loop.counters().hit();
      session.respond(joined(parts));
      return true;
    }
    if (!connection.hasRoom()) {
      session.respond(Errors.unavailable(NO_ROOM));
      return true;
    }
    loop.counters().miss();
    askRest(session, connection, command, frame, keys, gets, parts, policies);
    return true;
  }

  /**
   * Upstream as it is; what is held for its keys goes, so that no later hit is older than its
   * reply.
   */
  private boolean mgetAround(Session session, Command command, RequestFrame frame) {
    List<Key.Stored> read = PinnedRouter.mgetKeys(frame, session.lane().scope().database());
    return forward(session, frame, new ReadAround(session, command, read));
  }

  private void askRest(
      Session session,
      UpstreamConnection connection,
      Command command,
      RequestFrame frame,
      byte[][] keys,
      byte[][] gets,
      byte[] @Nullable [] parts,
      @Nullable Policy[] policies) {
    Scope scope = session.lane().scope();
    int missing = 0;
    @Nullable Fill[] fills = new Fill[keys.length];
    for (int i = 0; i < keys.length; i++) {
      if (parts[i] == null) {
        missing++;
        if (policies[i] != null && !session.lane().isTtlRefused()) {
          probe.set(scope.database(), keys[i], 0, keys[i].length);
          fills[i] = loop.coherence().cache().beginFill(probe, scope.id(), gets[i]);
        }
      }
    }
    byte[] whole = Arrays.copyOfRange(frame.bytes(), frame.start(), frame.end());
    if (missing == 0) {
      // All were there, but not at one moment.
      Arrays.fill(parts, null);
      missing = keys.length;
    }
    var exchange = new PartialMget(session, command, whole, keys, gets, parts, fills, policies);
    session.owe(exchange);
    session.barrier();
    var request = new ByteArrayOutputStream(whole.length);
    byte[] head = ("*" + (missing + 1) + "\r\n$4\r\nMGET\r\n").getBytes(StandardCharsets.US_ASCII);
    request.writeBytes(head);
    for (int i = 0; i < keys.length; i++) {
      if (parts[i] == null) {
        if (fills[i] != null) {
          byte[] pttl = Request.ofKey("PTTL", keys[i], 0, keys[i].length);
          connection.send(pttl, 0, pttl.length, exchange.ttlOf(i));
        }
        byte[] argument = ("$" + keys[i].length + "\r\n").getBytes(StandardCharsets.US_ASCII);
        request.writeBytes(argument);
        request.writeBytes(keys[i]);
        request.write('\r');
        request.write('\n');
      }
    }
    byte[] rest = request.toByteArray();
    connection.send(rest, 0, rest.length, exchange);
  }

  private boolean allHold(Scope scope, byte[][] keys, byte[][] gets, byte[] @Nullable [] parts) {
    for (int i = 0; i < keys.length; i++) {
      byte[] part = parts[i];
      probe.set(scope.database(), keys[i], 0, keys[i].length);
      if (part == null || !loop.coherence().cache().stillHolds(probe, scope.id(), gets[i], part)) {
        return false;
      }
    }
    return true;
  }

  private static byte[] joined(byte[] @Nullable [] parts) {
    var reply = new ByteArrayOutputStream();
    reply.writeBytes(("*" + parts.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
    for (byte[] part : parts) {
      if (part != null) {
        reply.writeBytes(part);
      }
    }
    return reply.toByteArray();
  }
}
