package io.nearside.agent.postgres;

import io.nearside.agent.net.DisconnectReason;
import io.nearside.agent.net.RawSocket;
import io.nearside.agent.postgres.wire.Backend;
import io.nearside.agent.postgres.wire.BackendKey;
import io.nearside.agent.postgres.wire.ErrorFields;
import io.nearside.agent.postgres.wire.Frontend;
import io.nearside.agent.postgres.wire.MessageScanner;
import io.nearside.agent.postgres.wire.NameValue;
import io.nearside.agent.postgres.wire.WireViolation;
import io.netty.buffer.ByteBuf;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server after its login: sends what a session or the sidecar asks, and gives
 * each message of the answers to whom it belongs. Data streams through in pieces; only what decides
 * something is held until it is whole. On the event loop.
 */
final class ServerConnection implements RawSocket.Peer {
  /** No message that is looked at is longer, but for errors, which are cut off as data. */
  private static final int HELD_BYTES_MAX = 256 * 1024;

  private final PostgresLoop loop;
  private final Pool pool;
  private final String identity;
  private final long openedNanos;
  private final long lifetimeNanos;
  private final MessageScanner scanner = new MessageScanner(MessageScanner.PROTOCOL_LENGTH_MAX);
  private final ExpectedReplies replies = new ExpectedReplies(this::synthetic);
  private final Parameters parameters = new Parameters();
  // By the server's own names: now, and when it was opened.
  private final Map<String, String> announced;
  private final Map<String, String> baseline;
  private final ServerStatements statements;
  private final RawSocket socket;
  private final BackendKey key;

  private byte[] kept = new byte[0];
  private int keptLength;
  private byte status = 'I';
  private @Nullable Session session;

  private @Nullable ErrorFields ownError;
  private boolean retired;
  private boolean desynchronised;
  private boolean closed;
  private int cancelsInFlight;
  private long idleSinceNanos;
  private long queries;
  private long requestNanos;
  private boolean dirty;
  private @Nullable ErrorFields lastWords;

  ServerConnection(PostgresLoop loop, Pool pool, String identity, ServerLogin login) {
    this.loop = loop;
    this.pool = pool;
    this.identity = identity;
    this.socket = login.socket();
    this.key = login.key();
    this.announced = new HashMap<>(login.announced());
    this.baseline = Map.copyOf(login.announced());
    announced.forEach((name, value) -> parameters.report(Parameters.key(name), value));
    this.statements = new ServerStatements(pool.settings().preparedStatementsMax());
    this.openedNanos = loop.now();
    this.lifetimeNanos = pool.lifetimeNanos();
    this.idleSinceNanos = openedNanos;
  }

  // ---- what it is

  Pool pool() {
    return pool;
  }

  /** Startup parameters beyond database and user that can not be changed later, in one text. */
  String identity() {
    return identity;
  }

  RawSocket socket() {
    return socket;
  }

  BackendKey key() {
    return key;
  }

  /** What it reports of parameters, by its own names. */
  Map<String, String> announced() {
    return announced;
  }

  /** What it reported when it was opened, before any client set anything. */
  Map<String, String> baseline() {
    return baseline;
  }

  Parameters parameters() {
    return parameters;
  }

  ServerStatements statements() {
    return statements;
  }

  ExpectedReplies replies() {
    return replies;
  }

  boolean isPrimary() {
    return pool.isPrimary();
  }

  boolean isClosed() {
    return closed;
  }

  /** The transaction status of the last ReadyForQuery. */
  byte status() {
    return status;
  }

  boolean isInTransaction() {
    return status != 'I';
  }

  /** Whether everything that was asked is answered and no transaction is open. */
  boolean isQuiet() {
    return replies.isEmpty() && status == 'I' && !replies.isSkipping() && scanner.betweenMessages();
  }

  @Nullable Session session() {
    return session;
  }

  long openedNanos() {
    return openedNanos;
  }

  long idleSinceNanos() {
    return idleSinceNanos;
  }

  long requestNanos() {
    return requestNanos;
  }

  long queries() {
    return queries;
  }

  boolean isExpired(long now) {
    return retired || now - openedNanos >= lifetimeNanos;
  }

  /** Closes when it is free the next time. */
  void retire() {
    retired = true;
  }

  boolean isRetired() {
    return retired;
  }

  /** Whether state may be left on it that the next client must not see. */
  boolean isDirty() {
    return dirty;
  }

  void dirty(boolean now) {
    dirty = now;
  }

  @Nullable ErrorFields lastWords() {
    return lastWords;
  }

  void link(Session to) {
    session = to;
    requestNanos = loop.now();
  }

  void unlink() {
    session = null;
    idleSinceNanos = loop.now();
    socket.reading(true);
  }

  /** Nothing is asked of it any more for now; it stays with its session. */
  void idle() {
    idleSinceNanos = loop.now();
  }

  void cancelBegins() {
    cancelsInFlight++;
  }

  /** A cancel request that named this connection has been heard by the server. */
  void cancelEnded() {
    cancelsInFlight--;
    if (cancelsInFlight == 0) {
      pool.cancelSettled(this);
    }
  }

  boolean isBeingCancelled() {
    return cancelsInFlight > 0;
  }

  // ---- sending

  void send(byte[] message, Expected expected) {
    socket.append(message, 0, message.length);
    replies.add(expected);
  }

  void send(byte[] bytes, int from, int to, Expected expected) {
    socket.append(bytes, from, to - from);
    replies.add(expected);
    queries++;
  }

  void sendRaw(byte[] bytes, int from, int to) {
    socket.append(bytes, from, to - from);
  }

  /** Asks something of our own; the answer is nobody else's. */
  void ask(String sql, OwnQuery query) {
    send(Frontend.query(sql), Expected.own(query));
  }

  void flush() {
    socket.flush();
  }

  // ---- receiving

  @Override
  public void received(ByteBuf buf) {
    loop.tick();
    int length = buf.readableBytes();
    pool.counters().bytesIn(length);
    try {
      if (keptLength > 0) {
        keep(buf, length);
        int total = keptLength;
        int consumed = process(kept, total);
        keptLength = total - consumed;
        System.arraycopy(kept, consumed, kept, 0, keptLength);
        if (keptLength == 0 && kept.length > HELD_BYTES_MAX) {
          kept = new byte[0];
        }
      } else {
        byte[] bytes = loop.serverScratch(length);
        buf.readBytes(bytes, 0, length);
        int consumed = process(bytes, length);
        if (consumed < length && !closed) {
          ensureKept(length - consumed);
          System.arraycopy(bytes, consumed, kept, 0, length - consumed);
          keptLength = length - consumed;
        }
      }
    } catch (WireViolation e) {
      violation(e.getMessage());
    }
  }

  private void keep(ByteBuf buf, int length) {
    ensureKept(keptLength + length);
    buf.readBytes(kept, keptLength, length);
    keptLength += length;
  }

  private void ensureKept(int length) {
    if (kept.length < length) {
      kept = java.util.Arrays.copyOf(kept, Math.max(length, Math.min(2 * kept.length, 1 << 20)));
    }
  }

  /** Answers how many bytes are done with. */
  private int process(byte[] bytes, int to) {
    int at = 0;
    // What is the client's and lies together goes in one go.
    int runFrom = 0;
    int runTo = 0;
    while (!desynchronised && scanner.next(bytes, at, to)) {
      int pieceFrom = scanner.pieceFrom();
      int pieceTo = scanner.pieceTo();
      byte type = scanner.type();
      if (scanner.starts() && !scanner.ends() && isLookedAt(type)) {
        if (scanner.messageLength() > HELD_BYTES_MAX) {
          throw new WireViolation("a message of type " + (char) type + " is too long");
        }
        scanner.unread();
        break;
      }
      at = pieceTo;
      boolean forward =
          scanner.starts() ? message(type, bytes, pieceFrom, pieceTo) : streaming == To.CLIENT;
      Runnable first = before;
      if (!forward || first != null) {
        if (runTo > runFrom) {
          deliver(bytes, runFrom, runTo);
        }
        runFrom = pieceFrom;
        runTo = pieceFrom;
        if (first != null) {
          before = null;
          first.run();
        }
      }
      if (forward) {
        if (runTo == runFrom) {
          runFrom = pieceFrom;
        }
        runTo = pieceTo;
      }
      Runnable then = after;
      if (then != null || syntheticDue()) {
        if (runTo > runFrom) {
          deliver(bytes, runFrom, runTo);
          runFrom = runTo;
        }
        replies.settle();
        after = null;
        if (then != null) {
          then.run();
        }
        runFrom = pieceTo;
        runTo = pieceTo;
      }
    }
    if (runTo > runFrom) {
      deliver(bytes, runFrom, runTo);
    }
    return at;
  }

  private boolean syntheticDue() {
    Expected head = replies.head();
    return head != null
        && (head.kind() == Expected.Kind.SYNTHETIC || head.kind() == Expected.Kind.COPY_END);
  }

  private enum To {
    CLIENT,
    NOBODY
  }

  // Who gets the rest of a message that arrives in pieces.
  private To streaming = To.NOBODY;
  // What comes between what was delivered so far and the message at hand.
  private @Nullable Runnable before;
  // What follows a message once it was delivered.
  private @Nullable Runnable after;

  /** Does something before the message at hand, but after all before it, reaches the client. */
  void before(Runnable step) {
    Runnable first = before;
    before =
        first == null
            ? step
            : () -> {
              first.run();
              step.run();
            };
  }

  /** Whether the client has got the beginning of a message and not its end. */
  boolean isDelivering() {
    return !scanner.betweenMessages() && streaming == To.CLIENT;
  }

  private boolean isLookedAt(byte type) {
    return switch (type) {
      case Backend.DATA_ROW -> {
        Expected head = replies.head();
        yield head != null && head.own() != null;
      }
      // Kept back as a whole, or not at all.
      case Backend.ROW_DESCRIPTION, Backend.PARAMETER_DESCRIPTION ->
          session != null
              && session.talk().isTrying()
              && scanner.messageLength() <= ReplicaAttempt.KEPT_BYTES_MAX;
      case Backend.READY_FOR_QUERY,
          Backend.ERROR,
          Backend.PARAMETER_STATUS,
          Backend.COMMAND_COMPLETE,
          Backend.NOTICE,
          Backend.NOTIFICATION ->
          true;
      default -> false;
    };
  }

  /** The start of a message, or all of it; answers whether it is the client's. */
  private boolean message(byte type, byte[] bytes, int from, int to) {
    boolean forward =
        switch (type) {
          case Backend.PARAMETER_STATUS -> parameterStatus(bytes, from, to);
          case Backend.NOTICE -> notice(bytes, from, to);
          case Backend.NOTIFICATION -> session != null;
          case Backend.READY_FOR_QUERY -> ready(bytes, from, to);
          case Backend.ERROR -> error(bytes, from, to);
          default -> reply(type, bytes, from, to);
        };
    streaming = forward ? To.CLIENT : To.NOBODY;
    return forward;
  }

  /** Whether the message at hand is there from its beginning to its end. */
  boolean isWholeMessage() {
    return scanner.ends();
  }

  private boolean parameterStatus(byte[] bytes, int from, int to) {
    NameValue status = Backend.parameterStatus(bytes, from, to);
    parameters.report(Parameters.key(status.name()), status.value());
    announced.put(status.name(), status.value());
    Session to1 = session;
    return to1 != null && to1.wantsParameter(status.name(), status.value());
  }

  private boolean notice(byte[] bytes, int from, int to) {
    Expected head = replies.head();
    Session to1 = session;
    return to1 != null
        && (head == null || head.own() == null)
        && to1.talk().wantsNotice(bytes, from, to);
  }

  private boolean reply(byte type, byte[] bytes, int from, int to) {
    ExpectedReplies.To receiver = replies.receive(type);
    Session to1 = session;
    return switch (receiver) {
      case CLIENT -> to1 != null && to1.wants(type, bytes, from, to);
      case NOBODY -> false;
      case OWN -> {
        own(type, bytes, from, to);
        yield false;
      }
      case VIOLATION -> {
        violation("unexpected message of type " + (char) type);
        yield false;
      }
    };
  }

  private void own(byte type, byte[] bytes, int from, int to) {
    Expected head = replies.head();
    if (type == Backend.DATA_ROW && head != null && head.own() != null) {
      head.own().row(Backend.firstColumn(bytes, from, to));
    }
  }

  private boolean error(byte[] bytes, int from, int to) {
    Expected head = replies.head();
    if (head == null && !replies.isSkipping()) {
      // Said by a server that is about to close, or that was told to.
      lastWords = ErrorFields.parse(bytes, from, to);
      return session != null && session.wantsLastWords();
    }
    if (head != null && head.own() != null) {
      ownError = ErrorFields.parse(bytes, from, to);
      return false;
    }
    replies.receive(Backend.ERROR);
    Session to1 = session;
    return to1 != null && to1.wantsError(this, bytes, from, to);
  }

  private boolean ready(byte[] bytes, int from, int to) {
    Expected over = replies.ready();
    if (over == null) {
      violation("ReadyForQuery that nothing had asked for");
      return false;
    }
    status = Backend.transactionStatus(bytes, from, to);
    OwnQuery own = over.own();
    if (own != null) {
      ErrorFields error = ownError;
      ownError = null;
      byte now = status;
      after = () -> own.done(now, error);
      return false;
    }
    Session to1 = session;
    if (to1 == null) {
      after = () -> pool.abandonedReady(this);
      return false;
    }
    boolean forward = to1.wantsReady(this);
    after = () -> to1.ready(this);
    return forward;
  }

  private void synthetic(byte[] message) {
    if (session != null && session.talk().wantsSynthetic(message)) {
      session.deliver(message, 0, message.length);
    }
  }

  private void deliver(byte[] bytes, int from, int to) {
    if (session != null) {
      session.deliver(bytes, from, to);
    }
  }

  private void violation(@Nullable String what) {
    desynchronised = true;
    loop.log().warn("server connection out of step server={} reason=\"{}\"", pool.server(), what);
    abort(DisconnectReason.PROTOCOL);
  }

  @Override
  public void readComplete() {
    loop.flushDirty();
    socket.flush();
  }

  @Override
  public void writabilityChanged(boolean writable) {
    if (session != null) {
      session.serverWritable(writable);
    }
  }

  @Override
  public void inputClosed() {
    close(DisconnectReason.PEER);
  }

  @Override
  public void closed(@Nullable DisconnectReason reason) {
    if (!closed) {
      ended(reason);
      pool.gone();
    }
  }

  private void ended(@Nullable DisconnectReason reason) {
    closed = true;
    loop.tick();
    Session to = session;
    // Before what is owed is given up: the session decides what its client is told.
    if (to != null) {
      to.serverLost(this);
    }
    replies.abandon();
    pool.closed(this, reason);
    loop.flushDirty();
  }

  /**
   * Gives it up, whatever it was asked: that is cancelled, for the server would go on with it. Not
   * to be used where the server waits for the rest of a message: see {@link #abort}.
   */
  void close(DisconnectReason reason) {
    if (!closed && !replies.isEmpty()) {
      loop.cancelRaw(this);
    }
    terminate(reason);
  }

  /** Gives it up in the middle of a message that was begun: nothing can follow that. */
  void abort(DisconnectReason reason) {
    if (!closed) {
      socket.abort(reason);
      closed(reason);
    }
  }

  /** Says goodbye and closes. */
  void terminate(DisconnectReason reason) {
    if (!closed) {
      socket.append(Frontend.terminate());
      socket.flush();
      part(reason);
    }
  }

  /** What is left is to hear the server close. */
  private void part(DisconnectReason reason) {
    socket.reading(true);
    socket.handTo(new Farewell(loop, socket, reason, pool::gone));
    ended(reason);
  }
}
